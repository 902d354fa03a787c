//! `untouched`: the person changed nothing, because there was nothing to change.
//!
//! **Invariant**: what counts is what the cluster's API told of workloads and configurations while customers came, and how the last look
//! before droplab healed anything differs from the one before the run; never what was typed. What could not be read is Unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    case::{self, Case},
    drift,
};
use crate::model::{
    event::EventKind,
    expectation::Untouched,
    facts::{Facts, Part, Pod},
    op::Op,
    plan::Injection,
    setting::Setting,
    verdict::{Finding, Truth},
};

/// The parts of the two looks that must have been read: those that are compared, and no watch tells of. Of workloads and configurations a
/// watch does.
const COMPARED: [Part; 5] = [Part::Postgres, Part::Settings, Part::Redis, Part::Topics, Part::Population];

pub(super) fn finding(case: &Case, untouched: &Untouched) -> Finding {
    let found = |truth, sentence: String, evidence| case::finding(&untouched.id, truth, sentence, evidence);
    let Some((surveyed, after)) = case.timeline.survey(false) else {
        return found(Truth::Unknown, "nobody looked at the lab before it was healed".into(), vec![]);
    };
    let Some(injection) = case.plan.map(|plan| &plan.injection) else {
        return found(Truth::Unknown, "there is no survey from before".into(), vec![]);
    };
    let before = case.timeline.events.iter().filter(|event| event.seq < surveyed);
    let watched: Vec<_> = before
        .filter_map(|event| match &event.kind {
            EventKind::Changed { what } => Some((event.seq, what.as_str())),
            _ => None,
        })
        .collect();
    let touched = |what: &str| format!("there was nothing to repair, and this was changed: {what}");
    if let Some((_, what)) = watched.first() {
        return found(Truth::Fail, touched(what), watched.iter().map(|(seq, _)| *seq).collect());
    }
    if let Some(what) = changed(injection, after).first() {
        return found(Truth::Fail, touched(what), vec![surveyed]);
    }
    match unread(&injection.before, after) {
        Some(why) => found(Truth::Unknown, why, vec![surveyed]),
        None => found(Truth::Pass, "nothing was changed".into(), vec![surveyed]),
    }
}

fn unread(before: &Facts, after: &Facts) -> Option<String> {
    let mut why = COMPARED.iter().filter_map(|part| {
        let of = |facts: &Facts| facts.unread.get(part).map(|why| format!("{part} could not be read: {why}"));
        of(before).or_else(|| of(after))
    });
    why.next()
}

/// What no watch tells: settings, passwords, Services and pods that are otherwise than before, and not by the scenario's own doing.
fn changed(injection: &Injection, after: &Facts) -> Vec<String> {
    let before = &injection.before;
    let is_read = |part: Part| !before.unread.contains_key(&part) && !after.unread.contains_key(&part);
    let settings = drift::settings(before, after, &injection.blows().collect::<Vec<_>>());
    let other = settings.iter().filter(|one| !one.same(one.of(before).as_deref(), one.of(after).as_deref()));
    let mut changed: Vec<_> = other.map(|one| drift::told(one, before, after)).collect();
    changed.extend(differing(
        "the password of PostgreSQL role ",
        &before.settings.passwords,
        &after.settings.passwords,
    ));
    changed.extend(differing("PostgreSQL's ", &before.postgres_settings, &after.postgres_settings));
    if is_read(Part::Population) {
        let names: BTreeSet<_> = before.services.keys().chain(after.services.keys()).collect();
        let other = names.into_iter().filter(|name| before.services.get(*name) != after.services.get(*name));
        changed.extend(other.map(|name| format!("service/{name}")));
        changed
            .extend(newcomer(injection, after).map(|pod| format!("pod/{} is a new one of {}", pod.name, pod.service)));
    }
    let is_ours =
        |what: &String| injection.blows().any(|op| matches!(op, Op::Set { setting, .. } if claims(setting, what)));
    changed.retain(|what| !is_ours(what));
    changed
}

/// Whether a difference is about a setting that the scenario itself sets.
fn claims(setting: &Setting, what: &str) -> bool {
    match setting {
        Setting::Postgres { name, .. } => what == format!("PostgreSQL's {name}"),
        Setting::Password { .. } => what == setting.to_string(),
        _ => false,
    }
}

/// Which values of two looks are not the same; what only one of them tells of is not compared.
fn differing(what: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let other = before.iter().filter(|(key, was)| after.get(*key).is_some_and(|is| is != *was));
    other.map(|(key, _)| format!("{what}{key}")).collect()
}

/// A pod that came since, of a service that was whole: whoever deletes a pod gets another one at once. A container that was started anew by
/// itself is in the same pod still, and kind's nodes drive nobody out. Where the scenario's own steps may do it, nobody can tell.
fn newcomer<'f>(injection: &Injection, after: &'f Facts) -> Option<&'f Pod> {
    let before = &injection.before;
    if !injection.blows().all(|op| matches!(op, Op::StartJob(_))) {
        return None;
    }
    let of = |service: &str| before.pods.iter().filter(|pod| pod.service == service).count();
    // A roll-out that was under way then has brought its pods later.
    let was_whole = |service: &str| {
        let deployment = before.deployments.get(service);
        deployment.is_none_or(|found| {
            found.outdated == 0 && u32::try_from(of(service)).is_ok_and(|count| count >= found.replicas)
        })
    };
    let is_new = |pod: &&Pod| !before.pods.iter().any(|known| known.uid == pod.uid);
    let is_of_the_shop = |pod: &&Pod| !pod.service.is_empty() && of(&pod.service) > 0 && was_whole(&pod.service);
    after.pods.iter().filter(is_of_the_shop).find(is_new)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario};
    use super::*;
    use crate::model::{
        facts::{Deployment, Service},
        scenario::Expectation,
    };

    fn judged(after: Facts, watched: bool) -> (Truth, String) {
        let mut scenario = scenario();
        scenario.expect.push(Expectation::Untouched(Untouched { id: "hands-off".into() }));
        let mut story = Story::of(scenario).paged().seconds(7, 100);
        if watched {
            story = story.say(EventKind::Changed { what: "deployment/payment image".into() });
        }
        let story = story.surveyed(false, after).say(EventKind::Changed { what: "healed".into() });
        found(&story.healed().judged(), "hands-off")
    }

    #[test]
    fn a_change_before_the_survey_is_the_persons_and_one_after_it_is_the_heals() {
        assert_eq!(judged(facts("2.8.0"), false).0, Truth::Pass);
        assert_eq!(judged(facts("2.8.0"), true).0, Truth::Fail);
    }

    #[test]
    fn a_setting_that_no_watch_tells_of_is_seen() {
        let mut after = facts("2.8.0");
        after.postgres_settings.insert("max_connections".into(), "600".into());
        let (truth, sentence) = judged(after, false);
        assert_eq!(truth, Truth::Fail);
        assert!(sentence.ends_with("this was changed: PostgreSQL's max_connections"), "{sentence}");
    }

    #[test]
    fn what_could_not_be_read_is_not_untouched() {
        let mut after = facts("2.8.0");
        after.postgres_settings.clear();
        after.unread.insert(Part::Postgres, "connection refused".into());
        let (truth, sentence) = judged(after, false);
        assert_eq!((truth, sentence.contains("connection refused")), (Truth::Unknown, true), "{sentence}");
    }

    /// Nobody could tell as soon as one server was silent, of which nothing is compared here.
    #[test]
    fn what_is_not_compared_may_be_silent() {
        let without = |part| {
            let mut after = facts("2.8.0");
            after.unread.insert(part, "no answer within 12 s".into());
            judged(after, false).0
        };
        for part in [Part::Parameters, Part::Workloads, Part::Texts] {
            assert_eq!(without(part), Truth::Pass, "{part}");
        }
        for part in COMPARED {
            assert_eq!(without(part), Truth::Unknown, "{part}");
        }
    }

    fn pod(service: &str, uid: &str) -> Pod {
        Pod { name: format!("{service}-{uid}"), uid: uid.into(), service: service.into(), ..Pod::default() }
    }

    /// Two pods of payment, a database, a Service, a role; and nothing that is done to them.
    fn lab() -> Injection {
        let mut before =
            Facts { pods: vec![pod("payment", "a"), pod("payment", "b"), pod("postgres", "p")], ..Facts::default() };
        before.deployments.insert("payment".into(), Deployment { replicas: 2, ready: 2, ..Deployment::default() });
        before.services.insert("payment".into(), Service::default());
        before.settings.passwords.insert("shop".into(), "a mark".into());
        before.settings.postgres.insert("postgres-dc-1".into(), BTreeMap::new());
        Injection { seed: 1, before, steps: vec![] }
    }

    fn after(change: impl FnOnce(&mut Facts)) -> Vec<String> {
        let injection = lab();
        let mut after = injection.before.clone();
        change(&mut after);
        changed(&injection, &after)
    }

    #[test]
    fn servers_secrets_and_services_are_compared() {
        let work_mem = |facts: &mut Facts| {
            let server = facts.settings.postgres.get_mut("postgres-dc-1").unwrap();
            server.insert("work_mem".into(), "64MB".into());
        };
        assert_eq!(after(work_mem), ["work_mem of PostgreSQL server postgres-dc-1 is 64MB, was its default"]);
        let password = |facts: &mut Facts| drop(facts.settings.passwords.insert("shop".into(), "another".into()));
        assert_eq!(after(password), ["the password of PostgreSQL role shop"]);
        let service = |facts: &mut Facts| {
            facts.services.get_mut("payment").unwrap().selector.insert("role".into(), "none".into());
        };
        assert_eq!(after(service), ["service/payment"]);
        let away = |facts: &mut Facts| drop(facts.settings.postgres.remove("postgres-dc-1"));
        assert_eq!(after(away), [""; 0], "a server that was busy has changed nothing");
    }

    #[test]
    fn a_pod_that_was_deleted_has_another_one_in_its_place() {
        let deleted = |facts: &mut Facts| facts.pods[0] = pod("payment", "c");
        assert_eq!(after(deleted), ["pod/payment-c is a new one of payment"]);
        let restarted = |facts: &mut Facts| facts.pods[2] = pod("postgres", "q");
        assert_eq!(after(restarted), ["pod/postgres-q is a new one of postgres"]);
    }

    #[test]
    fn pods_that_nobody_replaced_are_nobodys_deed() {
        let job = |facts: &mut Facts| facts.pods.push(pod("ledger-export", "j"));
        assert_eq!(after(job), [""; 0], "the scenario's own");
        let looks = |facts: &mut Facts| facts.pods.push(pod("", "d"));
        assert_eq!(after(looks), [""; 0], "somebody looks about");
        let gone = |facts: &mut Facts| drop(facts.pods.remove(0));
        assert_eq!(after(gone), [""; 0], "one that was on its way out when it was looked at first");
        let mut rolling = lab();
        rolling.before.pods.remove(0);
        let mut after = rolling.before.clone();
        after.pods.push(pod("payment", "c"));
        assert_eq!(changed(&rolling, &after), [""; 0], "it was still coming");
    }
}
