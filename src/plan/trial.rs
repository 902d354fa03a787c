//! A service under test: the scenario's trigger, played on a lab in which somebody's own image has a role. Nobody repairs.
//!
//! The lab is whole at first. The image is rolled out in the place of the role's own, and of every release of that role which the
//! scenario would deploy; then all else that the scenario breaks is broken, and every goal must be met once that is over.
//!
//! **Invariant**: each difference from the scenario's file is put into words; what only an unrepaired incident has (the page, the
//! symptom) is waited for by nobody.

use std::time::Duration;

use crate::model::{
    fault::{DeployVersion, FaultSpec},
    plan::UnderTest,
    scenario::{Scenario, Step},
    steady,
    units::Span,
};

/// How long the image has to be rolled out before anything is broken.
const ROLLOUT: Duration = Duration::from_secs(30);
/// A trigger that goes on until somebody has repaired something goes on for so long.
const TRIGGER: Duration = Duration::from_mins(1);

/// Make a trial of a scenario: what breaks is played once, on that image.
pub(super) fn arrange(scenario: &mut Scenario, test: &UnderTest, said: &mut Vec<String>, reasons: &mut Vec<String>) {
    let UnderTest { service, image, version } = test;
    if scenario.steps.is_empty() || scenario.hands_in() {
        reasons.push("--service: nothing breaks in this scenario that a service could survive".to_owned());
        return;
    }
    said.push(format!("{service} is {image} ({version}), rolled out before anything breaks; nobody repairs"));
    scenario.given.retain(|fault| !deploys(fault, service));
    let first = Step { at: Some(Span::default()), fault: Some(release(service, version)), ..Step::default() };
    let mut trial = vec![first];
    for (index, mut step) in std::mem::take(&mut scenario.steps).into_iter().enumerate() {
        if step.faults().iter().all(|fault| deploys(fault, service)) {
            continue;
        }
        if let Some(when) = &step.when {
            reasons.push(format!(
                "--service: step {} waits for `{when}`, which a service that survives never shows",
                index + 1
            ));
        }
        step.at = Some(Span(step.at.unwrap_or_default().0 + ROLLOUT));
        if step.until.take().is_some() {
            let lasting = step.lasting.map_or(TRIGGER, |lasting| lasting.0.min(TRIGGER));
            step.lasting = Some(Span(lasting));
            said.push(format!("step {} lasts {} and not until something is repaired", index + 1, Span(lasting)));
        }
        trial.push(step);
    }
    scenario.then = trial;
    // Numbers of the release with the defect, which no other may tell.
    (scenario.symptom, scenario.bystanders, scenario.hints) = (None, Vec::new(), Vec::new());
    let named = steady::named_gauges(scenario);
    scenario.gauges.retain(|name, _| named.contains(name));
}

fn deploys(fault: &FaultSpec, role: &str) -> bool {
    matches!(fault, FaultSpec::DeployVersion(release) if release.service == role)
}

fn release(service: &str, version: &str) -> FaultSpec {
    FaultSpec::DeployVersion(DeployVersion { service: service.to_owned(), version: version.to_owned(), note: None })
}
