//! A service under test: whether the image that is examined had its place when the trigger was over.
//!
//! **Invariant**: pods of the release before, which still serve while the new one cannot start, prove nothing for it.

use super::case::{self, Case};
use crate::model::{
    facts::Part as Told,
    plan::{Part, UnderTest},
    verdict::{Finding, Truth},
};

/// How the finding is called.
const ID: &str = "under-test";

impl Case<'_> {
    /// The service that is examined, in a run that is about one.
    pub(super) fn under_test(&self) -> Option<&UnderTest> {
        self.plan?.under_test.as_ref()
    }

    /// The part of the run in which the lab is broken for the first time.
    pub(super) fn blows(&self) -> Part {
        if self.under_test().is_some() { Part::Replay } else { Part::Incident }
    }
}

pub(super) fn finding(case: &Case) -> Option<Finding> {
    let UnderTest { service, image, version } = case.under_test()?;
    let found = |truth, sentence: String, evidence| Some(case::finding(ID, truth, sentence, evidence));
    let Some((seq, after)) = case.timeline.survey(false) else {
        return found(Truth::Unknown, "nobody looked at the lab at the end".into(), vec![]);
    };
    if let Some(why) = after.unread.get(&Told::Deployments) {
        return found(Truth::Unknown, format!("deployments could not be read: {why}"), vec![seq]);
    }
    let Some(deployment) = after.deployments.get(service) else {
        return found(Truth::Unknown, format!("deployment/{service} is gone"), vec![seq]);
    };
    let runs = deployment.images.get(service).cloned().unwrap_or_default();
    if !runs.ends_with(&format!(":{version}")) {
        return found(Truth::Unknown, format!("somebody has set {service} to {runs} meanwhile"), vec![seq]);
    }
    let (wanted, ready) = (deployment.replicas, deployment.ready.saturating_sub(deployment.outdated));
    if ready < wanted || deployment.outdated > 0 {
        let sentence = format!("{image} did not come up: {ready} of {wanted} pods of {service} run it and are ready");
        return found(Truth::Fail, sentence, vec![seq]);
    }
    found(Truth::Pass, format!("{wanted} of {wanted} pods of {service} run {image}"), vec![seq])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario};
    use super::*;
    use crate::model::{event::Phase, facts::Facts, ledger::LedgerReading, verdict::Verdict};

    fn judged(served: u64, change: impl FnOnce(&mut Facts)) -> Verdict {
        let mut after = facts("under-test-1");
        change(&mut after);
        let reading = LedgerReading { acknowledged: 1, ..LedgerReading::default() };
        let story = Story::of(scenario()).on_trial().baseline().phase(Phase::Replay).inject().seconds(2, 5);
        story.seconds(30, served).surveyed(false, after).reconciled(reading).healed().judged()
    }

    #[test]
    fn a_service_that_serves_again_by_itself_survives_and_has_no_score_card() {
        let verdict = judged(100, |_| {});
        assert_eq!(verdict.truth, Truth::Pass, "{:#?}", verdict.findings);
        assert_eq!(found(&verdict, "then/recovers").0, Truth::Pass);
        assert_eq!((verdict.score, verdict.impact.failed), (None, 190));
    }

    #[test]
    fn one_that_does_not_has_failed_and_the_lab_has_not() {
        let verdict = judged(90, |_| {});
        assert_eq!((verdict.truth, found(&verdict, "then/recovers").0), (Truth::Fail, Truth::Fail));
    }

    #[test]
    fn an_image_that_cannot_start_is_not_saved_by_the_one_before() {
        let stuck = |facts: &mut Facts| facts.deployments.get_mut("payment").unwrap().outdated = 2;
        let (truth, sentence) = found(&judged(100, stuck), ID);
        assert_eq!((truth, sentence.contains("0 of 2 pods")), (Truth::Fail, true), "{sentence}");
        let other = |facts: &mut Facts| *facts = super::super::testing::facts("2.8.1");
        assert_eq!(found(&judged(100, other), ID).0, Truth::Unknown);
    }
}
