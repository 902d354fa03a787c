//! What the lab itself could not do, and whether its faults are out.
//!
//! **Invariant**: an error of the lab is never the person's failure, and never a pass.

use super::case::{self, Case};
use crate::model::{
    event::{EventKind, FaultState},
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case) -> Vec<Finding> {
    let mut findings = Vec::new();
    for event in &case.timeline.events {
        if let EventKind::Fault { step, state: FaultState::Stuck, reason } = &event.kind {
            let why = reason.as_deref().unwrap_or("no reason given");
            let sentence = format!("the fault of step {} could not be healed: {why}", step + 1);
            findings.push(case::finding("lab", Truth::Unknown, sentence, vec![event.seq]));
        }
    }
    match case.timeline.lab_errors() {
        None => findings.push(case::finding("lab", Truth::Unknown, "the run has no end: droplab was killed", vec![])),
        Some((seq, errors)) => {
            findings.extend(errors.iter().map(|error| case::finding("lab", Truth::Unknown, error.clone(), vec![seq])));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;

    #[test]
    fn a_run_without_an_end_is_unknown() {
        let verdict = Story::of(scenario()).paged().seconds(4, 100).judged();
        assert_eq!(found(&verdict, "lab"), (Truth::Unknown, "the run has no end: droplab was killed".into()));
    }
}
