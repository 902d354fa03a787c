//! `untouched`: the person changed nothing, because there was nothing to change.
//!
//! **Invariant**: what counts is what the cluster's API told of workloads and configurations while customers came, before
//! droplab healed anything; never what was typed.

use super::case::{self, Case};
use crate::model::{
    event::EventKind,
    expectation::Untouched,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, untouched: &Untouched) -> Finding {
    let found = |truth, sentence: String, evidence| case::finding(&untouched.id, truth, sentence, evidence);
    let Some((surveyed, _)) = case.timeline.survey(false) else {
        return found(Truth::Unknown, "nobody looked at the lab before it was healed".into(), vec![]);
    };
    let before = case.timeline.events.iter().filter(|event| event.seq < surveyed);
    let changes: Vec<_> = before
        .filter_map(|event| match &event.kind {
            EventKind::Changed { what } => Some((event.seq, what.as_str())),
            _ => None,
        })
        .collect();
    match changes.first() {
        None => found(Truth::Pass, "nothing was changed".into(), vec![surveyed]),
        Some((_, what)) => {
            let evidence = changes.iter().map(|(seq, _)| *seq).collect();
            found(Truth::Fail, format!("there was nothing to repair, and this was changed: {what}"), evidence)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario};
    use super::*;
    use crate::model::scenario::Expectation;

    fn told(changed: bool) -> Truth {
        let mut scenario = scenario();
        scenario.expect.push(Expectation::Untouched(Untouched { id: "hands-off".into() }));
        let mut story = Story::of(scenario).paged().seconds(7, 100);
        if changed {
            story = story.say(EventKind::Changed { what: "deployment/payment image".into() });
        }
        let story = story.surveyed(false, facts("2.8.0")).say(EventKind::Changed { what: "healed".into() });
        found(&story.healed().judged(), "hands-off").0
    }

    #[test]
    fn a_change_before_the_survey_is_the_persons_and_one_after_it_is_the_heals() {
        assert_eq!(told(false), Truth::Pass);
        assert_eq!(told(true), Truth::Fail);
    }
}
