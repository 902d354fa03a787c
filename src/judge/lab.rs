//! What the lab itself could not do, and whether its faults are out.
//!
//! **Invariant**: an error of the lab is never the person's failure, and never a pass.

use super::case::{self, Case};
use crate::model::{
    event::{EventKind, FaultState},
    verdict::{Finding, Truth},
};

const UNSEEN: &str = "the run ended before anybody looked at the repaired lab";
const NO_END: &str = "the journal has no end: droplab was killed, or the file was cut off";

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
        None => findings.push(case::finding("lab", Truth::Unknown, NO_END, vec![])),
        Some((seq, errors)) => {
            findings.extend(errors.iter().map(|error| case::finding("lab", Truth::Unknown, error.clone(), vec![seq])));
        }
    }
    findings
}

/// A run that did not come to its own end: what was not over by then is held against nobody.
pub(super) fn broke_off(case: &Case) -> Option<Finding> {
    let unknown = |sentence: String, seq: Vec<u64>| Some(case::finding("run", Truth::Unknown, sentence, seq));
    for event in &case.timeline.events {
        match &event.kind {
            EventKind::BrokeOff { reason } => return unknown(format!("the run broke off: {reason}"), vec![event.seq]),
            EventKind::Interrupted => return unknown("the run was interrupted".to_owned(), vec![event.seq]),
            _ => {}
        }
    }
    // Whoever comes to the end looks at the repaired lab; whoever was killed is healed without that.
    if case.timeline.survey(false).is_some() {
        return None;
    }
    let sentence = match case.timeline.lab_errors() {
        Some(_) => UNSEEN.to_owned(),
        None => format!("{NO_END}, before anybody looked at the repaired lab"),
    };
    unknown(sentence, vec![])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario, yaml};
    use super::*;

    /// The customers fell silent, or droplab was killed and healed later, while there was time left to answer in.
    #[test]
    fn what_a_run_that_broke_off_did_not_see_is_nobodys_failure() {
        let mut asked = scenario();
        asked.expect.push(yaml("says: { within: 15m, answer: { component: payment } }"));
        let paged = || Story::of(asked.clone()).paged().seconds(3, 5);
        let broke = EventKind::BrokeOff { reason: "no event for 20 s".into() };
        let broke = paged().say(broke).surveyed(false, facts("2.8.0")).healed().judged();
        assert_eq!((found(&broke, "says").0, broke.truth), (Truth::Unknown, Truth::Unknown), "{:#?}", broke.findings);
        let killed = paged().healed().judged();
        assert_eq!(
            (found(&killed, "says").0, killed.truth),
            (Truth::Unknown, Truth::Unknown),
            "{:#?}",
            killed.findings
        );
    }

    /// A file that was cut off was called a run that had ended.
    #[test]
    fn a_journal_without_an_end_is_not_called_a_run_that_ended() {
        let cut = Story::of(scenario()).paged().seconds(4, 100);
        let (truth, told) = found(&cut.judged(), "run");
        assert!(truth == Truth::Unknown && told.starts_with(NO_END), "{told}");
        let healed = Story::of(scenario()).paged().seconds(4, 100).healed().judged();
        assert_eq!(found(&healed, "run"), (Truth::Unknown, UNSEEN.into()));
    }

    #[test]
    fn a_run_without_an_end_is_unknown() {
        let verdict = Story::of(scenario()).paged().seconds(4, 100).judged();
        assert_eq!(found(&verdict, "lab"), (Truth::Unknown, NO_END.into()));
    }
}
