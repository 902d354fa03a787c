//! Which hint fits what a run shows.
//!
//! **Invariant**: told in the file's order, each once; a `while` that cannot be told to be so is not so.

use std::collections::BTreeSet;

use super::{evaluate, event::Phase, hint::Hint, scenario::Scenario, timeline::Timeline};

/// The number, from 1, of the first hint that was not told yet and whose `while` is so now.
pub fn next(scenario: &Scenario, timeline: &Timeline, given: &BTreeSet<usize>) -> Option<usize> {
    let now_s = timeline.events.last().map_or(0.0, |event| event.at_s);
    // The baseline shows a whole system, which no hint is about.
    let from_s = timeline.phase_s(Phase::Fault).unwrap_or(0.0);
    let fits = |hint: &Hint| {
        let mut conditions = hint.when.iter().flat_map(|when| when.iter());
        conditions.all(|condition| {
            // The newest second that was seen; the journal may have gone on with other things since.
            let seen = evaluate::moments(condition, timeline, from_s, now_s).into_iter().next_back();
            seen.is_some_and(|at_s| evaluate::at(condition, timeline, from_s, at_s).is_yes())
        })
    };
    let left = (1..).zip(&scenario.hints).filter(|(number, _)| !given.contains(number));
    left.into_iter().find(|(_, hint)| fits(hint)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        conditions::Conditions,
        event::{Event, EventKind},
        window::Window,
    };

    fn scenario() -> Scenario {
        let text = include_str!("../../tests/it/minimal.yaml");
        let document = serde_yaml::Deserializer::from_str(text);
        let mut scenario: Scenario = serde_yaml::with::singleton_map_recursive::deserialize(document).unwrap();
        let hint = |when: Option<&str>| Hint {
            when: when.map(|when| Conditions(vec![when.parse().unwrap()])),
            en: "e".into(),
            ru: "р".into(),
        };
        scenario.hints = vec![hint(Some("payment.success < 50%")), hint(Some("payment.success >= 50%")), hint(None)];
        scenario
    }

    fn seconds(served: u64) -> Timeline {
        let phase = EventKind::PhaseBegan { phase: Phase::Fault };
        let second = |at: u32| {
            let (from_s, to_s) = (f64::from(at), f64::from(at) + 1.0);
            let window = Window { from_s, to_s, intended: 100, ok: served, failed: 100 - served, ..Window::default() };
            (to_s, EventKind::Traffic { probe: "payment".into(), window })
        };
        let kinds = std::iter::once((0.0, phase)).chain((0..3).map(second));
        let event = |(seq, (at_s, kind))| Event { seq, at_s, wall: String::new(), kind };
        Timeline { events: (0..).zip(kinds).map(event).collect() }
    }

    #[test]
    fn the_first_that_fits_and_was_not_told_is_next() {
        let (scenario, none) = (scenario(), BTreeSet::new());
        assert_eq!(next(&scenario, &seconds(10), &none), Some(1));
        assert_eq!(next(&scenario, &seconds(90), &none), Some(2));
        assert_eq!(next(&scenario, &seconds(10), &[1].into()), Some(3), "the second one is about another state");
        assert_eq!(next(&scenario, &seconds(10), &[1, 3].into()), None);
        assert_eq!(next(&scenario, &Timeline::default(), &none), Some(3), "nothing was seen yet");
    }
}
