//! Names the trap or cheat that a run's failed findings give away.
//!
//! **Invariant**: only words: no truth changes here.

use super::case::Case;
use crate::model::verdict::{Finding, Truth};

/// Where all the `keeps` that a cheat is caught by have failed, the first of them names it.
pub(super) fn name(case: &Case, findings: &mut [Finding]) {
    let kept: Vec<String> = case
        .scenario
        .expect
        .iter()
        .filter(|expected| matches!(expected, crate::model::scenario::Expectation::Keeps(_)))
        .map(crate::model::scenario::Expectation::id)
        .collect();
    let failed = |id: &String| findings.iter().any(|found| found.expectation == *id && found.truth == Truth::Fail);
    let marks = |caught: &[String]| -> Vec<String> { caught.iter().filter(|id| kept.contains(id)).cloned().collect() };
    let named: Vec<_> = case
        .scenario
        .cheats
        .iter()
        .filter_map(|cheat| {
            let marks = marks(&cheat.caught_by);
            (!marks.is_empty() && marks.iter().all(failed)).then(|| (marks[0].clone(), cheat))
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
