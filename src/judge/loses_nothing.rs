//! `loses-nothing`: every promise to a customer is in the books, once.
//!
//! **Invariant**: books that cannot be read are Unknown, and so are books without a single promise.

use super::case::{self, Case};
use crate::model::{
    event::EventKind,
    ledger::LedgerReading,
    scenario::LosesNothing,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, expected: &LosesNothing) -> Finding {
    let read = case.timeline.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Reconciled { ledger, reading, error } if *ledger == expected.ledger => {
            Some((event.seq, reading.as_ref().ok_or_else(|| error.clone().unwrap_or_default())))
        }
        _ => None,
    });
    let (truth, sentence, evidence) = match read {
        None => (Truth::Unknown, "the books were not held against the promises".into(), vec![]),
        Some((seq, Err(why))) => (Truth::Unknown, format!("the books could not be read: {why}"), vec![seq]),
        Some((seq, Ok(reading))) => {
            let (truth, sentence) = weigh(reading);
            (truth, sentence, vec![seq])
        }
    };
    case::finding("loses-nothing", truth, sentence, evidence)
}

fn weigh(reading: &LedgerReading) -> (Truth, String) {
    let LedgerReading { acknowledged, unanswered, refused, recorded, lost, doubled, .. } = reading;
    if *lost > 0 || *doubled > 0 {
        let examples = reading.examples.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let shown = if examples.is_empty() { String::new() } else { format!(" (such as {examples})") };
        return (
            Truth::Fail,
            format!(
                "of {acknowledged} payments that customers were told are done, {lost} are not in the books and {doubled} are there twice{shown}"
            ),
        );
    }
    if *acknowledged == 0 {
        return (Truth::Unknown, "no payment was acknowledged, so nothing could be lost".into());
    }
    (
        Truth::Pass,
        format!(
            "all {acknowledged} acknowledged payments are in the books once ({recorded} rows; {refused} refused, {unanswered} unanswered)"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario};
    use super::*;

    fn books(reading: LedgerReading) -> (Truth, String) {
        let story = Story::of(scenario()).paged().seconds(4, 100).reconciled(reading);
        found(&story.surveyed(false, facts("2.8.0")).healed().judged(), "loses-nothing")
    }

    #[test]
    fn lost_or_doubled_is_a_failure() {
        let lost = LedgerReading { acknowledged: 9, lost: 1, examples: vec!["r-1".into()], ..LedgerReading::default() };
        let (truth, sentence) = books(lost);
        insta::assert_snapshot!(sentence, @"of 9 payments that customers were told are done, 1 are not in the books and 0 are there twice (such as r-1)");
        assert_eq!(truth, Truth::Fail);
        assert_eq!(books(LedgerReading { acknowledged: 9, doubled: 1, ..LedgerReading::default() }).0, Truth::Fail);
    }

    #[test]
    fn no_promise_is_no_proof() {
        assert_eq!(books(LedgerReading::default()).0, Truth::Unknown);
        let unread = Story::of(scenario()).paged().seconds(4, 100).healed().judged();
        assert_eq!(found(&unread, "loses-nothing").0, Truth::Unknown);
    }
}
