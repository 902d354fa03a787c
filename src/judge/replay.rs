//! `then/…`: the trigger was played again on the repaired system, and every goal held again.
//!
//! **Invariant**: no recovery, no replay: a replay that did not come says Unknown, never Pass.

use super::case::{self, Case};
use crate::model::{
    scenario::Recovers,
    silent,
    verdict::{Finding, Truth},
};

pub(super) fn findings(case: &Case) -> Vec<Finding> {
    if case.scenario.then.is_empty() || case.is_healthy_run() {
        return Vec::new();
    }
    case.scenario.recoveries().map(|recovers| finding(case, recovers)).collect()
}

fn finding(case: &Case, recovers: &Recovers) -> Finding {
    let id = format!("then/{}", recovers.id());
    let when = &recovers.when;
    let unknown = |sentence: &str| case::finding(&id, Truth::Unknown, sentence, vec![]);
    if case.replay_s.is_none() {
        let never = "the trigger was not played again, because nothing had recovered";
        // A recovery that failed has failed already; this adds nothing to it.
        return unknown(never);
    }
    let Some(end_s) = case.trigger_end_s() else { return unknown("the trigger that was played again did not end") };
    match case.held(when, end_s, case.end_s) {
        Some(held) if silent::since(when, case.timeline, held.until_s, case.end_s).is_some() => {
            unknown(&format!("{} held again, and was not read any more after that", when.signal))
        }
        Some(held) => {
            let took_s = (held.since_s - end_s).max(0.0);
            let value = when.said(held.value);
            let sentence = match case.under_test() {
                None => format!("{} at {value} again {took_s:.0} s after the trigger was played again", when.signal),
                Some(_) => format!("{} at {value} {took_s:.0} s after the trigger was over", when.signal),
            };
            case::finding(&id, Truth::Pass, sentence, vec![held.seq])
        }
        None if case.timeline.interrupted() => unknown("interrupted while the trigger was played again"),
        None => {
            let sentence = match case.under_test() {
                None => format!("`{when}` did not hold when the trigger was played again: the repair does not last"),
                Some(_) => format!("`{when}` did not hold once the trigger was over, and nobody was there to repair"),
            };
            case::finding(&id, Truth::Fail, sentence, vec![])
        }
    }
}
