//! Were the bystanders spared? A fault that takes everything down is another incident than the one announced.
//!
//! **Invariant**: measured from the injection to the page, before any repair can have a part in it.

use super::case::{self, Case};
use crate::model::{
    evaluate,
    verdict::{Finding, Truth},
};

/// Fewer requests than these say nothing about a bystander.
const FEWEST: u64 = 20;

pub(super) fn findings(case: &Case) -> Vec<Finding> {
    let Some((_, paged_s)) = case.paged.filter(|_| !case.is_healthy_run()) else { return Vec::new() };
    let Some((_, injected_s)) = case.first_injected() else { return Vec::new() };
    let judge = |condition: &crate::model::condition::Condition| {
        let (_, operator, wanted) = condition.measure();
        let seen = evaluate::share_between(condition, case.timeline, injected_s, paged_s);
        let (truth, sentence, evidence) = match seen {
            Some((reading, requests)) if requests >= FEWEST => {
                let share = condition.said(reading.value);
                if operator.holds(reading.value, wanted) {
                    let said = format!("{} was spared: {share} until the page", condition.signal);
                    (Truth::Pass, said, vec![reading.seq])
                } else {
                    let said = format!(
                        "the fault hit more than it should: {} at {share}, `{condition}` is to be spared",
                        condition.signal
                    );
                    (Truth::Unknown, said, vec![reading.seq])
                }
            }
            seen => {
                let requests = seen.map_or(0, |(_, requests)| requests);
                (
                    Truth::Unknown,
                    format!("nobody knows how {} fared: only {requests} requests were made", condition.signal),
                    vec![],
                )
            }
        };
        case::finding("bystander", truth, sentence, evidence)
    };
    case.scenario.bystanders.iter().map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;

    #[test]
    fn a_bystander_must_have_been_seen_to_be_well() {
        let story = |bystander: &str| {
            let mut scenario = scenario();
            scenario.bystanders = vec![bystander.parse().unwrap()];
            found(&Story::of(scenario).paged().seconds(4, 100).end().judged(), "bystander").0
        };
        assert_eq!(story("browse.success > 80%"), Truth::Pass);
        assert_eq!(story("payment.success > 80%"), Truth::Unknown, "it suffered");
        assert_eq!(story("checkout.success > 80%"), Truth::Unknown, "it was not asked");
    }
}
