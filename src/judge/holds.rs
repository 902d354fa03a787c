//! A statement about a database: no counterexample came back, in either of two readings.
//!
//! **Invariant**: what was not asked, could not be asked, or was answered in two ways is Unknown.

use super::books::restless;
use crate::model::{
    event::EventKind,
    holds::Holds,
    timeline::Timeline,
    verdict::{Finding, Truth},
};

/// How many counterexamples are told.
const TOLD: usize = 3;

/// Whether it held in the end.
pub(super) fn finding(timeline: &Timeline, holds: &Holds) -> Finding {
    let mut asked = timeline.events.iter().rev().filter_map(|event| match &event.kind {
        EventKind::Counterexamples { id, rows, tells, error } if *id == holds.id => {
            Some((event.seq, (rows, tells.as_deref()), error.as_deref()))
        }
        _ => None,
    });
    let (last, before) = (asked.next(), asked.next());
    let evidence = before.iter().chain(&last).map(|(seq, ..)| *seq).collect();
    let (truth, sentence) = match (before, last) {
        (_, None) => (Truth::Unknown, "it was not asked for counterexamples".to_owned()),
        (Some((.., Some(why))), _) | (_, Some((.., Some(why)))) => {
            (Truth::Unknown, format!("it could not be asked for counterexamples: {why}"))
        }
        (None, _) => (Truth::Unknown, "it was asked for counterexamples only once".to_owned()),
        (Some((_, (one, _), _)), Some((_, (other, _), _))) if one.is_empty() != other.is_empty() => {
            (Truth::Unknown, format!("it still moved: {} counterexamples, then {}", one.len(), other.len()))
        }
        (_, Some((_, (rows, tells), _))) => match (weigh(rows, restless(timeline)), tells) {
            ((truth, sentence), Some(tells)) => (truth, format!("{sentence}; {tells}")),
            (weighed, None) => weighed,
        },
    };
    Finding { expectation: holds.id.clone(), truth, sentence, evidence }
}

fn weigh(rows: &[String], restless: Option<String>) -> (Truth, String) {
    if let Some(why) = restless.filter(|_| rows.is_empty()) {
        return (Truth::Unknown, why);
    }
    if rows.is_empty() {
        return (Truth::Pass, "no counterexample".to_owned());
    }
    let count = if rows.len() >= Holds::MOST { format!("at least {}", rows.len()) } else { rows.len().to_string() };
    let told = rows.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    (Truth::Fail, format!("{count} counterexamples, such as {told}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Event;

    fn judged(moving: &[&str], readings: &[Result<usize, &str>]) -> (Truth, String) {
        told(moving, readings, None)
    }

    /// The same, where the last reading has told something.
    fn told(moving: &[&str], readings: &[Result<usize, &str>], tells: Option<&str>) -> (Truth, String) {
        let holds = Holds::at_primary("order-state", "select 1");
        let quiesced =
            EventKind::Quiesced { after_s: 90.0, moving: moving.iter().map(|what| (*what).into()).collect() };
        let held = |(place, reading): (usize, &Result<usize, &str>)| EventKind::Counterexamples {
            id: holds.id.clone(),
            rows: (0..reading.unwrap_or(0)).map(|number| format!(r#"{{"id":{number}}}"#)).collect(),
            tells: tells.filter(|_| place == 1).map(str::to_owned),
            error: reading.err().map(str::to_owned),
        };
        let kinds = std::iter::once(quiesced).chain(readings.iter().enumerate().map(held));
        let event = |(seq, kind)| Event { seq, at_s: 0.0, wall: String::new(), kind };
        let finding = finding(&Timeline { events: (0..).zip(kinds).map(event).collect() }, &holds);
        assert_eq!(finding.expectation, "order-state");
        (finding.truth, finding.sentence)
    }

    #[test]
    fn one_counterexample_in_both_readings_is_a_failure() {
        let (truth, sentence) = judged(&[], &[Ok(5), Ok(4)]);
        insta::assert_snapshot!(sentence, @r#"4 counterexamples, such as {"id":0}, {"id":1}, {"id":2}"#);
        assert_eq!(truth, Truth::Fail);
        assert_eq!(judged(&["lag"], &[Ok(1), Ok(1)]).0, Truth::Fail, "whatever still moves");
        assert!(judged(&[], &[Ok(100), Ok(100)]).1.starts_with("at least 100"));
    }

    /// Of orders brought back, kept and lost nothing was said but that there was no counterexample.
    #[test]
    fn what_is_told_beside_it_is_in_its_sentence_and_decides_nothing() {
        let numbers = Some("restored 4112, kept 390, lost 0");
        assert_eq!(told(&[], &[Ok(0), Ok(0)], numbers).1, "no counterexample; restored 4112, kept 390, lost 0");
        let (truth, sentence) = told(&[], &[Ok(1), Ok(1)], numbers);
        assert_eq!(sentence, r#"1 counterexamples, such as {"id":0}; restored 4112, kept 390, lost 0"#);
        assert_eq!(truth, Truth::Fail);
        assert!(!told(&[], &[Ok(0), Err("gone")], numbers).1.contains("4112"), "what it is about was not read");
    }

    #[test]
    fn none_in_a_lab_at_rest_passes() {
        assert_eq!(judged(&[], &[Ok(0), Ok(0)]).0, Truth::Pass);
    }

    #[test]
    fn what_moved_or_was_not_asked_is_unknown() {
        for (moving, readings) in [
            (&["lag"][..], &[Ok(0), Ok(0)][..]),
            (&[], &[Ok(0), Ok(1)]),
            (&[], &[Ok(0)]),
            (&[], &[Ok(0), Err("gone")]),
            (&[], &[Err("gone"), Ok(0)]),
            (&[], &[]),
        ] {
            assert_eq!(judged(moving, readings).0, Truth::Unknown, "{readings:?}");
        }
    }
}
