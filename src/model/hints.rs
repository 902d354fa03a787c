//! Which hint fits what a run shows.
//!
//! **Invariant**: told in the file's order, each once; a `while` that cannot be told to be so is not so, and what is about no state in
//! particular, as the method is, comes after all before it.

use std::collections::BTreeSet;

use super::{conditions::Conditions, evaluate, event::Phase, scenario::Scenario, timeline::Timeline};

/// The number, from 1, of the first hint that was not told yet and whose `while` is so now; or, where it has none, before which all were told.
pub fn next(scenario: &Scenario, timeline: &Timeline, given: &BTreeSet<usize>) -> Option<usize> {
    let now_s = timeline.events.last().map_or(0.0, |event| event.at_s);
    // The baseline shows a whole system, which no hint is about.
    let from_s = timeline.phase_s(Phase::Fault).unwrap_or(0.0);
    let is_so = |when: &Conditions| {
        when.iter().all(|condition| {
            // The newest second that was seen; the journal may have gone on with other things since.
            let seen = evaluate::moments(condition, timeline, from_s, now_s).into_iter().next_back();
            seen.is_some_and(|at_s| evaluate::at(condition, timeline, from_s, at_s).is_yes())
        })
    };
    let all_before = |number: usize| (1..number).all(|earlier| given.contains(&earlier));
    let mut left = (1..).zip(&scenario.hints).filter(|(number, _)| !given.contains(number));
    left.find(|(number, hint)| hint.when.as_ref().map_or_else(|| all_before(*number), is_so)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        event::{Event, EventKind},
        hint::Hint,
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
        assert_eq!(next(&scenario, &seconds(10), &[1].into()), None, "the second one is about another state");
        assert_eq!(next(&scenario, &seconds(10), &[1, 2, 3].into()), None);
    }

    /// The method was the first thing that a person was told, before anything had been broken.
    #[test]
    fn what_is_about_no_state_comes_after_all_before_it() {
        let (mut scenario, none) = (scenario(), BTreeSet::new());
        assert_eq!(next(&scenario, &Timeline::default(), &none), None, "nothing was seen yet");
        assert_eq!(next(&scenario, &seconds(10), &[2].into()), Some(1));
        assert_eq!(next(&scenario, &Timeline::default(), &[1, 2].into()), Some(3));
        scenario.hints.iter_mut().for_each(|hint| hint.when = None);
        assert_eq!(next(&scenario, &Timeline::default(), &none), Some(1));
        assert_eq!(next(&scenario, &Timeline::default(), &[1].into()), Some(2));
    }
}
