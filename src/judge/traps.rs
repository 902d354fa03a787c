//! Names the trap or cheat that a run's failed findings give away.
//!
//! **Invariant**: only words: no truth changes here.

use std::collections::BTreeSet;

use super::case::Case;
use crate::model::verdict::{Finding, Truth};

/// Where all the `keeps` that a cheat is caught by have failed, the first of them names it. A trap that takes nothing away
/// is named where exactly what it is caught by has failed, and nothing else: so nobody who did nothing is told of it.
pub(super) fn name(case: &Case, findings: &mut [Finding]) {
    let kept: Vec<String> = case
        .scenario
        .expect
        .iter()
        .filter(|expected| matches!(expected, crate::model::scenario::Expectation::Keeps(_)))
        .map(crate::model::scenario::Expectation::id)
        .collect();
    let failed = |id: &String| findings.iter().any(|found| found.expectation == *id && found.truth == Truth::Fail);
    let all_failed: BTreeSet<String> =
        findings.iter().filter(|found| found.truth == Truth::Fail).map(|found| found.expectation.clone()).collect();
    let marks = |caught: &[String]| -> Vec<String> { caught.iter().filter(|id| kept.contains(id)).cloned().collect() };
    let named: Vec<_> = case
        .scenario
        .cheats
        .iter()
        .filter_map(|cheat| {
            let marks = marks(&cheat.caught_by);
            let alone = || cheat.trap && marks.is_empty() && all_failed == cheat.caught_by.iter().cloned().collect();
            let shown = !marks.is_empty() && marks.iter().all(failed);
            (shown || alone()).then(|| Some((marks.first().or(cheat.caught_by.first())?.clone(), cheat))).flatten()
        })
        .collect();
    for (mark, cheat) in named {
        for found in findings.iter_mut().filter(|found| found.expectation == mark && found.truth == Truth::Fail) {
            if !found.sentence.contains(&cheat.name) {
                found.sentence =
                    format!("{} ({}: {}: {})", found.sentence, cheat.kind(), cheat.name, cheat.why.en.trim());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use crate::model::scenario::{Action, Cheat, Text};

    fn told(trap: bool, caught_by: &[&str]) -> String {
        let mut scenario = scenario();
        let why = Text { en: "it comes back".into(), ru: "оно вернётся".into() };
        let actions = vec![Action::Kubectl("rollout restart deployment/payment".into())];
        let caught_by = caught_by.iter().map(|id| (*id).to_owned()).collect();
        scenario.cheats = vec![Cheat { name: "restart".into(), trap, why, actions, caught_by }];
        found(&Story::of(scenario).paged().seconds(40, 0).end().judged(), "recovers").1
    }

    #[test]
    fn a_trap_that_takes_nothing_away_is_named_by_exactly_what_it_fails() {
        assert!(told(true, &["recovers"]).contains("trap: restart: it comes back"), "{}", told(true, &["recovers"]));
        assert!(!told(false, &["recovers"]).contains("restart"), "who did nothing is told of no cheat");
        assert!(!told(true, &["recovers", "then/recovers"]).contains("restart"), "half of it is not it");
    }
}
