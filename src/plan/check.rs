//! What a scenario says that cannot be meant, though each field for itself is well-formed.
//!
//! **Invariant**: every complaint at once, each naming the field and what it would take.

use crate::model::{
    facts::Facts,
    scenario::{Expectation, Keeps, RequestKind, Scenario},
    units::Share,
};

/// What cannot be meant, whatever the lab.
pub(super) fn scenario(scenario: &Scenario) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut refuse = |wrong: bool, reason: &str| {
        if wrong {
            reasons.push(reason.to_owned());
        }
    };
    let recovers: Vec<_> = scenario
        .expect
        .iter()
        .filter_map(|expectation| match expectation {
            Expectation::Recovers(recovers) => Some(recovers),
            _ => None,
        })
        .collect();
    refuse(!(1..=5).contains(&scenario.level), "level: expected 1 to 5");
    refuse(scenario.steps.is_empty(), "steps: expected at least one, or nothing ever breaks");
    refuse(recovers.is_empty(), "expect: expected at least one `recovers`, or a run has no end");
    refuse(scenario.fix.is_empty(), "fix: expected a reference repair");
    refuse(scenario.load.baseline.0.as_secs() < 3, "load.baseline: expected at least 3s to measure against");
    refuse(scenario.load.timeout.0.is_zero(), "load.timeout: expected more than zero");
    refuse(scenario.bites.within.0.is_zero(), "bites.within: expected more than zero");
    refuse(
        scenario.bites.below > scenario.page.when.below,
        "bites.below: expected no more than page.when.below, or the fault could bite and nobody be paged",
    );
    for recovers in recovers {
        refuse(recovers.hold.0.as_secs() < 1, "expect.recovers.hold: expected at least 1s");
        refuse(recovers.within.0.is_zero(), "expect.recovers.within: expected more than zero");
        refuse(recovers.to <= Share(0.0), "expect.recovers.to: expected more than 0%");
    }
    reasons.extend(probes(scenario));
    reasons.extend(cheats(scenario));
    reasons
}

/// Probes must be fed by the load.
fn probes(scenario: &Scenario) -> Vec<String> {
    let recovering = scenario.expect.iter().filter_map(|expectation| match expectation {
        Expectation::Recovers(recovers) => Some(("expect.recovers.probe", &recovers.probe)),
        _ => None,
    });
    let fed: Vec<_> = scenario.load.steady.keys().map(|kind| kind.probe()).collect();
    [("page.when.probe", &scenario.page.when.probe), ("bites.probe", &scenario.bites.probe)]
        .into_iter()
        .chain(scenario.bites.spares.as_ref().map(|spares| ("bites.spares.probe", &spares.probe)))
        .chain(recovering)
        .filter(|(_, probe)| RequestKind::of_probe(probe).is_none_or(|kind| !scenario.load.steady.contains_key(&kind)))
        .map(|(field, probe)| format!("{field}: `{probe}` is fed by no load; expected one of {}", fed.join(", ")))
        .collect()
}

/// A cheat must name what it fails by, and be recognised by what the scenario keeps.
fn cheats(scenario: &Scenario) -> Vec<String> {
    let keys: Vec<_> = scenario.expect.iter().map(Expectation::key).collect();
    let kept: Vec<_> = scenario
        .expect
        .iter()
        .filter_map(|expectation| match expectation {
            Expectation::Keeps(keeps) => Some(keeps),
            _ => None,
        })
        .collect();
    let mut reasons = Vec::new();
    for cheat in &scenario.cheats {
        if cheat.fails.is_empty() {
            reasons.push(format!("cheats.{}.fails: expected at least one expectation's key", cheat.name));
        }
        for key in cheat.fails.iter().filter(|key| !keys.contains(&key.as_str())) {
            reasons.push(format!("cheats.{}.fails: nothing is expected by the key `{key}`", cheat.name));
        }
        for keeps in cheat.seen_by.iter().filter(|keeps| !kept.contains(keeps)) {
            reasons.push(format!("cheats.{}.seen-by: {keeps} is not among what `expect` keeps", cheat.name));
        }
    }
    reasons
}

/// What the scenario wants kept must be there to begin with.
pub(super) fn lab(scenario: &Scenario, facts: &Facts) -> Vec<String> {
    let keeps = scenario.expect.iter().filter_map(|expectation| match expectation {
        Expectation::Keeps(keeps) => Some(keeps),
        _ => None,
    });
    let missing = keeps.filter(|keeps| match keeps {
        Keeps::Replicas { deployment } => !facts.deployments.contains_key(deployment),
        Keeps::Env { deployment, name } => !facts
            .deployments
            .get(deployment)
            .is_some_and(|found| found.env.keys().any(|key| key.rsplit('/').next() == Some(name))),
        Keeps::PostgresSetting { name } => !facts.postgres_settings.contains_key(name),
        Keeps::PostgresUptime => facts.postgres_started.is_none(),
        Keeps::Config { name } => !facts.configs.contains_key(name),
    });
    missing.map(|keeps| format!("expect.keeps: the survey of this lab found no {keeps}")).collect()
}
