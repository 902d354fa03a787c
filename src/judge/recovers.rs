//! `recovers`: customers are served as before, and stay so for the hold window, to the end of the run.
//!
//! **Invariant**: decided by traffic alone; never by pods that say Ready, never by what was typed.

use super::case::{self, Case, ends};
use crate::model::{
    scenario::Recovers,
    steady::percent,
    streak::share,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, recovers: &Recovers) -> Finding {
    let (truth, sentence, evidence) = decide(case, recovers);
    case::finding("recovers", truth, sentence, evidence)
}

fn decide(case: &Case, recovers: &Recovers) -> (Truth, String, Vec<u64>) {
    let Recovers { probe, to, within, hold } = recovers;
    let Some(from_s) = case.recovery_from_s() else {
        return (Truth::Unknown, format!("{probe}: no page went out, so there was nothing to recover from"), vec![]);
    };
    let paged_seq = case.paged.map(|(seq, _)| seq);
    if let Some((seq, held)) = case.held(recovers) {
        let took_s = (held.since_s - from_s).max(0.0);
        let evidence: Vec<_> = paged_seq.into_iter().chain([seq]).collect();
        let numbers = format!("{probe} back at {} {took_s:.0} s after the page", percent(held.share));
        return if took_s <= within.0.as_secs_f64() {
            (Truth::Pass, format!("{numbers} ({within} allowed), held for {hold}"), evidence)
        } else {
            (Truth::Fail, format!("{numbers}, {within} were allowed"), evidence)
        };
    }
    let after: Vec<_> = case.timeline.windows(probe).filter(|(_, window)| window.from_s >= from_s).collect();
    if after.is_empty() {
        return (
            Truth::Unknown,
            format!("{probe}: no traffic was seen after the page"),
            paged_seq.into_iter().collect(),
        );
    }
    let last_s = after.last().map_or(0.0, |(_, window)| window.to_s);
    let tail: Vec<_> =
        after.iter().filter(|(_, window)| window.from_s >= last_s - hold.0.as_secs_f64() - 0.01).collect();
    let sum = tail.iter().fold((0, 0), |sum, (_, window)| (sum.0 + window.ok, sum.1 + window.intended));
    let reached = share(sum.0, sum.1).map_or_else(|| "no request".into(), percent);
    let evidence = ends(&tail.iter().map(|(seq, _)| *seq).collect::<Vec<_>>());
    if case.timeline.interrupted() {
        return (Truth::Unknown, format!("interrupted while {probe} was at {reached}"), evidence);
    }
    if last_s < from_s + within.0.as_secs_f64() - 1.0 {
        return (
            Truth::Unknown,
            format!(
                "the run ended {:.0} s after the page, before the time was up; {probe} was at {reached}",
                last_s - from_s
            ),
            evidence,
        );
    }
    (
        Truth::Fail,
        format!("{probe} was at {reached} at the end, {to} held for {hold} was expected within {within} of the page"),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use crate::model::{event::EventKind, verdict::Truth};

    #[test]
    fn served_again_and_held_is_recovered() {
        let (truth, sentence) = found(&Story::of(scenario()).paged().seconds(4, 100).end().judged(), "recovers");
        insta::assert_snapshot!(sentence, @"payment-success back at 100% 0 s after the page (20s allowed), held for 3s");
        assert_eq!(truth, Truth::Pass);
    }

    #[test]
    fn served_too_late_is_not() {
        let (truth, sentence) =
            found(&Story::of(scenario()).paged().seconds(21, 9).seconds(4, 100).end().judged(), "recovers");
        insta::assert_snapshot!(sentence, @"payment-success back at 100% 21 s after the page, 20s were allowed");
        assert_eq!(truth, Truth::Fail);
    }

    #[test]
    fn a_relapse_after_the_hold_is_not() {
        let verdict = Story::of(scenario()).paged().seconds(4, 100).seconds(20, 9).end().judged();
        assert_eq!(found(&verdict, "recovers").0, Truth::Fail);
    }

    #[test]
    fn nearly_is_not() {
        let verdict = Story::of(scenario()).paged().seconds(25, 99).end().judged();
        assert_eq!(found(&verdict, "recovers").0, Truth::Fail, "99 % of 99.8 %");
    }

    #[test]
    fn silence_after_the_page_is_unknown() {
        assert_eq!(found(&Story::of(scenario()).paged().end().judged(), "recovers").0, Truth::Unknown);
        let empty = Story::of(scenario()).paged().seconds(1, 100).but(|window| (window.intended, window.ok) = (0, 0));
        assert_ne!(found(&empty.end().judged(), "recovers").0, Truth::Pass);
    }

    #[test]
    fn an_interrupted_repair_is_unknown() {
        let story = Story::of(scenario()).paged().seconds(5, 9).say(EventKind::Interrupted);
        assert_eq!(found(&story.end().judged(), "recovers").0, Truth::Unknown);
    }
}
