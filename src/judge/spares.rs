//! Did the fault spare the bystander? A fault that takes everything down is another incident than the one announced.
//!
//! **Invariant**: measured from the injection to the page, before any repair can have a part in it.

use super::case::{self, Case, ends};
use crate::model::{
    scenario::Spares,
    steady::percent,
    streak::share,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case) -> Option<Finding> {
    let spares = case.scenario.bites.spares.as_ref()?;
    let (_, paged_s) = case.paged.filter(|_| !case.is_healthy_run())?;
    let (success, seqs) = served(case, spares, paged_s);
    let (truth, sentence) = match success {
        None => (Truth::Unknown, format!("nobody knows how {} fared: no request was made", spares.probe)),
        Some(share) if share < spares.above.0 => (
            Truth::Unknown,
            format!(
                "the fault hit more than it should: {} at {}, {} is to be spared",
                spares.probe,
                percent(share),
                spares.above
            ),
        ),
        Some(share) => (Truth::Pass, format!("{} was spared: {} until the page", spares.probe, percent(share))),
    };
    Some(case::finding("spares", truth, sentence, ends(&seqs)))
}

/// The bystander's share of success while the fault was in and nobody had been paged.
pub(super) fn served(case: &Case, spares: &Spares, paged_s: f64) -> (Option<f64>, Vec<u64>) {
    let from_s = case.injected.map_or(paged_s, |(_, injected_s)| injected_s);
    let windows: Vec<_> = case
        .timeline
        .windows(&spares.probe)
        .filter(|(_, window)| window.from_s >= from_s && window.from_s <= paged_s)
        .collect();
    let sum = windows.iter().fold((0, 0), |sum, (_, window)| (sum.0 + window.ok, sum.1 + window.intended));
    (share(sum.0, sum.1), windows.iter().map(|(seq, _)| *seq).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;
    use crate::model::units::Share;

    #[test]
    fn a_bystander_must_have_been_seen_to_be_well() {
        let story = |probe: &str| {
            let mut scenario = scenario();
            scenario.bites.spares = Some(Spares { probe: probe.into(), above: Share(0.8) });
            found(&Story::of(scenario).paged().seconds(4, 100).end().judged(), "spares").0
        };
        assert_eq!(story("browse-success"), Truth::Pass);
        assert_eq!(story("payment-success"), Truth::Unknown, "it suffered");
        assert_eq!(story("checkout-success"), Truth::Unknown, "it was not asked");
    }
}
