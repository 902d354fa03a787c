//! What was measured after the heal: the final readings decide whether the lab is whole again.
//!
//! **Invariant**: a goal that does not hold after the heal is the lab's error, not the person's: the heal was droplab's.

use super::case::{self, Case};
use crate::model::{
    evaluate, settled,
    verdict::{Finding, Truth},
};

pub(super) fn findings(case: &Case) -> Vec<Finding> {
    let Some(from_s) = case.aftermath_s else { return Vec::new() };
    // Data that a fault changed is brought back last of all: until then a goal may still feel it.
    let data_is_changed = case.plan.is_some_and(|plan| {
        plan.injection.steps.iter().enumerate().any(|(index, step)| {
            step.recipe.restores_data()
                && case.in_at.contains_key(&index)
                && case.out_at.get(&index).is_none_or(|out_s| *out_s > from_s)
        })
    });
    let goals = case.scenario.recoveries().filter(|recovers| recovers.when.probe().is_some());
    goals
        .filter_map(|recovers| {
            let when = &recovers.when;
            let (_, operator, wanted) = when.measure();
            // The look at the repaired lab and the heal itself may have cost a moment: what counts is that it passes.
            if let Some(reading) = settled::settled(when, case.timeline, from_s) {
                let last_s = settled::SETTLED.as_secs();
                let sentence =
                    format!("{} at {} over the last {last_s} s after the heal", when.signal, when.said(reading.value));
                return Some(case::finding("aftermath", Truth::Pass, sentence, vec![reading.seq]));
            }
            let (truth, sentence, evidence) = match evaluate::share_between(when, case.timeline, from_s, f64::MAX) {
                Some((reading, requests)) => {
                    let said = format!(
                        "{} at {} over {requests} requests after the heal",
                        when.signal,
                        when.said(reading.value)
                    );
                    let whole = operator.holds(reading.value, wanted);
                    if !whole && data_is_changed {
                        return None;
                    }
                    (if whole { Truth::Pass } else { Truth::Unknown }, said, vec![reading.seq])
                }
                None => (Truth::Unknown, format!("{}: nothing was measured after the heal", when.signal), vec![]),
            };
            Some(case::finding("aftermath", truth, sentence, evidence))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use crate::model::verdict::Truth;

    #[test]
    fn a_heal_that_breaks_customers_again_is_seen() {
        let after = |served| {
            let story = Story::of(scenario()).paged().seconds(7, 100).aftermath(6, served);
            found(&story.end().judged(), "aftermath").0
        };
        assert_eq!(after(100), Truth::Pass);
        assert_eq!(after(50), Truth::Unknown);
    }

    #[test]
    fn what_passes_by_itself_is_no_harm() {
        let story = Story::of(scenario()).paged().seconds(7, 100).aftermath(2, 50).seconds(8, 100);
        assert_eq!(found(&story.end().judged(), "aftermath").0, Truth::Pass);
        let story = Story::of(scenario()).paged().seconds(7, 100).aftermath(8, 100).seconds(2, 50);
        assert_eq!(found(&story.end().judged(), "aftermath").0, Truth::Unknown, "and it does not pass");
    }
}
