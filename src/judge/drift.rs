//! What else is different after a run than it was before: the person's own changes.
//!
//! **Invariant**: what a fault sets is never drift, and what only one of the two surveys could read is none either.

use std::collections::BTreeMap;

use super::case::Case;
use crate::model::{
    facts::{Deployment, Facts, Part},
    op::Op,
    setting::Setting,
};

/// What else is different from before: the person's own changes.
pub(super) fn drift_of(case: &Case) -> Vec<String> {
    let (Some(plan), Some((_, after))) = (case.plan, case.timeline.survey(true)) else { return Vec::new() };
    let before = &plan.injection.before;
    let read = |part| ![before, after].iter().any(|facts| facts.unread.contains_key(&part));
    let mut drift = Vec::new();
    for (name, was) in before.deployments.iter().filter(|_| read(Part::Deployments)) {
        match after.deployments.get(name) {
            None => drift.push(format!("deployment/{name} is gone")),
            Some(is) => drift.extend(deployment(name, was, is, &plan.injection.blows().collect::<Vec<_>>())),
        }
    }
    if read(Part::Postgres) {
        drift.extend(maps("PostgreSQL's ", &before.postgres_settings, &after.postgres_settings));
    }
    if read(Part::Configs) {
        drift.extend(maps("", &before.configs, &after.configs));
    }
    drift.extend(servers(before, after, &plan.injection.blows().collect::<Vec<_>>()));
    if before.postgres_started.is_some()
        && after.postgres_started.is_some()
        && before.postgres_started != after.postgres_started
    {
        drift.push("PostgreSQL was restarted".to_owned());
    }
    drift
}

/// What is otherwise in Redis, in Kafka, and in how many pods the servers have; what a fault set is not drift.
fn servers(before: &Facts, after: &Facts, injected: &[&Op]) -> Vec<String> {
    let settings = settings(before, after, injected);
    settings
        .iter()
        .filter(|one| one.in_words(before) != one.in_words(after))
        .map(|one| told(one, before, after))
        .collect()
}

/// The settings of servers and roles, as `ALTER SYSTEM`, `ALTER ROLE`, `CONFIG SET` and Kafka's tools set them, of which both looks tell,
/// and which no fault set.
pub(super) fn settings(before: &Facts, after: &Facts, injected: &[&Op]) -> Vec<Setting> {
    let faulty = |one: &Setting| injected.iter().any(|op| matches!(op, Op::Set { setting, .. } if setting.is(one)));
    let mut settings = Setting::all(before);
    settings.extend(Setting::all(after).into_iter().filter(|setting| setting.of(before).is_none()));
    // What is there only before or only after is another thing than a setting that changed.
    settings.retain(|setting| setting.is_there(before) && setting.is_there(after) && !faulty(setting));
    settings
}

/// That a setting is otherwise, in words.
pub(super) fn told(setting: &Setting, before: &Facts, after: &Facts) -> String {
    format!("{setting} is {}, was {}", setting.in_words(after), setting.in_words(before))
}

fn deployment(name: &str, was: &Deployment, is: &Deployment, injected: &[&Op]) -> Vec<String> {
    let mut drift = Vec::new();
    let faulty = |part: &str, key: &str| {
        injected.iter().any(|op| match op {
            Op::SetImage { deployment, container, .. } => deployment == name && part == "image" && container == key,
            Op::SetReplicas { deployment, .. } => deployment == name && part == "replicas",
            Op::SetEnv { deployment, name: set, .. } => {
                deployment == name && part == "env" && key == format!("{deployment}/{set}")
            }
            Op::Set { setting: Setting::Limit { deployment, resource }, .. } => {
                deployment == name && part == "limit" && key == format!("{deployment}/{resource}")
            }
            _ => false,
        })
    };
    if was.replicas != is.replicas && !faulty("replicas", "") {
        drift.push(format!("deployment/{name} has {} replicas, had {}", is.replicas, was.replicas));
    }
    let without = |part: &str, map: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        map.iter().filter(|(key, _)| !faulty(part, key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let changed = |what: &str, part: &str, was, is| {
        maps(&format!("deployment/{name} {what} "), &without(part, was), &without(part, is))
    };
    drift.extend(changed("image of", "image", &was.images, &is.images));
    drift.extend(changed("variable", "env", &was.env, &is.env));
    drift.extend(changed("limit", "limit", &was.limits, &is.limits));
    drift.extend(changed("part", "runs", &was.runs, &is.runs));
    drift
}

fn maps(what: &str, was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<String> {
    let changed = was.iter().filter_map(|(key, old)| match is.get(key) {
        Some(new) if new == old => None,
        Some(new) => Some(format!("{what}{key} is {new}, was {old}")),
        None => Some(format!("{what}{key} is gone, was {old}")),
    });
    let added =
        is.iter().filter(|(key, _)| !was.contains_key(*key)).map(|(key, new)| format!("{what}{key} is new: {new}"));
    changed.chain(added).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, scenario};
    use super::*;

    fn drift(after: Facts) -> Vec<String> {
        Story::of(scenario()).paged().surveyed(true, after).judged().drift
    }

    /// It was told of every deployment and every setting that it was gone.
    #[test]
    fn what_could_not_be_read_is_not_gone() {
        let unread = |part: &Part| (*part, "no answer within 12 s".to_owned());
        let all = [Part::Deployments, Part::Postgres, Part::Configs];
        assert_eq!(drift(Facts { unread: all.iter().map(unread).collect(), ..Facts::default() }), [""; 0]);
        let rest = Facts {
            postgres_settings: facts("2.8.0").postgres_settings,
            configs: facts("2.8.0").configs,
            ..Facts::default()
        };
        assert_eq!(drift(rest), ["deployment/payment is gone"]);
    }
}
