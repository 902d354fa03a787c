//! Every fault on the fake lab: whatever happens to droplab in the middle, the lab comes back to its first state.

use std::{path::Path, sync::Arc};

use droplab::{
    faults::{
        self, Context,
        manual::FAULTS,
        parameters::{Manual, Parameter},
    },
    judge::residue,
    model::{
        event::EventKind,
        facts::Facts,
        fault::{ChangeSetting, FaultSpec},
        op::Op,
        plan::{Injection, PlannedStep},
    },
    rehearsal::{FakeLab, Quirks},
    run::{ByHand, Turns, by_hand, heal},
    store::{journal, typed},
};
use proptest::prelude::*;
use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

use crate::stage::{Dying, Memory, Nobody};

/// The fault of a manual's example.
fn example(manual: &Manual) -> FaultSpec {
    typed(manual, |_| true)
}

/// The same with some of its parameters.
fn typed(manual: &Manual, wanted: impl Fn(&Parameter) -> bool) -> FaultSpec {
    let words = shlex::split(manual.example).unwrap_or_else(|| panic!("{}: a quote is not closed", manual.key));
    let arguments: Vec<(&str, String, bool)> = words
        .chunks(2)
        .map(|pair| {
            let name = pair[0].trim_start_matches("--");
            let parameter = manual.parameters.iter().find(|one| one.name == name);
            (parameter.unwrap_or_else(|| panic!("{}: no parameter {name}", manual.key)), pair[1].clone())
        })
        .filter(|(parameter, _)| wanted(parameter))
        .map(|(parameter, value)| (parameter.name, value, parameter.is_bare()))
        .collect();
    typed::fault(manual.key, &arguments).unwrap_or_else(|why| panic!("{} {}: {why}", manual.key, manual.example))
}

/// The example, compiled for this lab.
fn injection(manual: &Manual, lab: &FakeLab) -> Injection {
    let before = lab.world().survey(Instant::now());
    let fault = example(manual);
    let recipe = faults::recipe(&fault, &Context::new(&before, 1, manual.key, 0));
    let recipe = recipe.unwrap_or_else(|why| panic!("{}: {why:?}", manual.key));
    Injection { seed: 1, steps: vec![PlannedStep::at(0.0, fault, recipe)], before }
}

/// A journal in which that is not so can neither be renewed nor healed.
#[test]
fn every_fault_reads_back_as_it_was_written_with_all_its_parameters_and_with_the_fewest() {
    for manual in FAULTS {
        for fault in [example(manual), typed(manual, |parameter| !parameter.optional)] {
            let text = serde_json::to_string(&fault).unwrap();
            let read: FaultSpec = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(read, fault, "{text}");
        }
    }
}

/// What must be the same afterwards: a pod that was killed has a successor, with an identity of its own.
fn shape(facts: Facts) -> Facts {
    Facts { pods: Vec::new(), ..facts }
}

fn now(lab: &FakeLab) -> Facts {
    shape(lab.world().survey(Instant::now()))
}

/// Every kind of setting, job and record, beyond the manual's one example each: as YAML has them, and what shows while they are in.
const VARIANTS: [(&str, &str); 13] = [
    (
        "{change-setting: {of: postgres/dc-2, name: recovery_min_apply_delay, value: 5s}}",
        "PostgreSQL server postgres-dc-2",
    ),
    ("{change-setting: {of: postgres, name: max_connections, value: '20', restart: true}}", "max_connections"),
    ("{change-setting: {of: role/shop, name: statement_timeout, value: 50ms}}", "statement_timeout"),
    ("{change-setting: {of: role/shop, name: password}}", "the password of PostgreSQL role shop"),
    ("{change-setting: {of: redis, name: maxclients, value: '10'}}", "Redis' maxclients"),
    ("{change-setting: {of: redis, name: maxmemory, value: '1000'}}", "Redis' maxmemory"),
    ("{change-setting: {of: topic/orders.paid, name: min.insync.replicas, value: '3'}}", "min.insync.replicas"),
    ("{change-setting: {of: configmap/nginx, name: nginx.conf, value: 'events {}', restart: true}}", "checksum/config"),
    ("{change-setting: {of: configmap/nginx, name: nginx.conf, from: 60s, to: 1s}}", "nginx.conf of configmap/nginx"),
    ("{change-setting: {of: coredns, name: Corefile, from: cache 30, to: '', restart: true}}", "kube-system/coredns"),
    ("{change-setting: {of: deployment/orders, name: cpu, value: 60m}}", "the cpu limit of deployment/orders"),
    (
        "{change-data: {sql: drop table orders.orders, tables: 'orders.orders,orders.outbox'}}",
        "orders.orders, orders.outbox",
    ),
    ("{start-job: {name: cleanup, image: kafka, sh: kafka-topics.sh --list}}", "job/cleanup"),
];

/// What is in shows in the residue, what was set back does not: and both ways the whole survey says so.
#[tokio::test(start_paused = true)]
async fn every_kind_of_setting_is_seen_while_it_is_in_and_set_back_to_what_the_survey_found() {
    for (text, shows) in VARIANTS {
        let lab = FakeLab::new("test", Quirks::default());
        let before = lab.world().survey(Instant::now());
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let fault: FaultSpec = serde_yaml::with::singleton_map_recursive::deserialize(value).unwrap();
        let recipe = faults::recipe(&fault, &Context::new(&before, 1, "test", 0))
            .unwrap_or_else(|why| panic!("{text}: {why:?}"));
        let injection =
            Injection { seed: 1, steps: vec![PlannedStep::at(0.0, fault, recipe.clone())], before: before.clone() };
        let written = serde_json::to_string(&injection).unwrap();
        assert_eq!(serde_json::from_str::<Injection>(&written).unwrap(), injection, "{text}");
        let perform = async |ops: &[Op]| {
            for op in ops {
                lab.ports().actuator.perform(op).await.unwrap();
            }
            lab.world().survey(Instant::now())
        };
        let broken = perform(&recipe.inject).await;
        let left = residue::residue(&injection, &broken).join("; ");
        assert!(left.contains(shows), "{text}: {left}");
        for _ in 0..2 {
            let healed = perform(&recipe.heal).await;
            assert_eq!(residue::residue(&injection, &healed), Vec::<String>::new(), "{text}");
            assert_eq!(healed, before, "{text}");
        }
    }
}

/// The text of a file is told by its length, and a password by nothing at all.
#[test]
fn what_an_op_says_of_a_file_or_a_password_is_no_value() {
    let lab = FakeLab::new("test", Quirks::default());
    let facts = lab.world().facts.clone();
    let said = |of: &str, name: &str, value: Option<&str>| {
        let fault = ChangeSetting {
            of: of.to_owned(),
            name: name.to_owned(),
            value: value.map(str::to_owned),
            from: None,
            to: None,
            restart: false,
        };
        let recipe = faults::recipe(&FaultSpec::ChangeSetting(fault), &Context::new(&facts, 1, "test", 0)).unwrap();
        recipe.inject.iter().chain(&recipe.heal).map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let file = said("configmap/nginx", "nginx.conf", Some("events {}"));
    assert!(file.contains("a text of 9 bytes") && !file.contains("events"), "{file}");
    let password = said("role/shop", "password", None);
    assert_eq!(
        password,
        "set the password of PostgreSQL role shop to another one; set the password of PostgreSQL role shop to the one before, unless it was changed since"
    );
}

/// Nobody else wants a turn; but somebody may heal.
struct Alone<F>(F);

#[async_trait::async_trait]
impl<F: Fn() -> bool + Send + Sync> Turns for Alone<F> {
    fn pass(&self) {}
    async fn take(&self) {}
    fn healed_elsewhere(&self) -> bool {
        (self.0)()
    }
}

/// What a person does to a lab.
type Change = fn(&mut Facts);

/// What a fault had set and a person has changed since, as YAML has the fault, and what the heal then tells.
const CHANGED_SINCE: [(&str, Change, &str); 6] = [
    (
        "{deploy-version: {service: payment, version: 2.8.1}}",
        |facts| put(&mut facts.deployments.get_mut("payment").unwrap().images, "payment", "droplab/payment:2.8.2"),
        "the image of deployment/payment: droplab/payment:2.8.2 now",
    ),
    (
        "{scale: {service: catalog, replicas: 0}}",
        |facts| facts.deployments.get_mut("catalog").unwrap().replicas = 3,
        "the replicas of deployment/catalog: 3 now, changed since the fault had set 0; kept, and not set back to 1",
    ),
    (
        "{change-config: {service: payment, key: DB_POOL_SIZE, value: '2'}}",
        |facts| put(&mut facts.deployments.get_mut("payment").unwrap().env, "payment/DB_POOL_SIZE", "80"),
        "DB_POOL_SIZE of deployment/payment: 80 now",
    ),
    (
        "{change-setting: {of: postgres/dc-2, name: recovery_min_apply_delay, value: 5s}}",
        |facts| put(facts.settings.postgres.get_mut("postgres-dc-2").unwrap(), "recovery_min_apply_delay", "1s"),
        "recovery_min_apply_delay of PostgreSQL server postgres-dc-2: 1s now",
    ),
    (
        "{change-setting: {of: topic/orders.paid, name: min.insync.replicas, value: '3'}}",
        |facts| put(&mut facts.topics.get_mut("orders.paid").unwrap().config, "min.insync.replicas", "2"),
        "min.insync.replicas of topic orders.paid: 2 now",
    ),
    (
        "{change-setting: {of: configmap/nginx, name: nginx.conf, from: 60s, to: 1s}}",
        |facts| put(facts.settings.configs.get_mut("nginx").unwrap(), "nginx.conf", "events {}"),
        "nginx.conf of configmap/nginx: a text of 9 bytes",
    ),
];

fn put(map: &mut std::collections::BTreeMap<String, String>, key: &str, value: &str) {
    map.insert(key.to_owned(), value.to_owned());
}

/// A heal wrote over whatever a person had set in the meantime.
#[tokio::test(start_paused = true)]
async fn what_a_person_changed_since_is_kept_and_told() {
    for (text, changes, tells) in CHANGED_SINCE {
        let lab = FakeLab::new("test", Quirks::default());
        let before = lab.world().survey(Instant::now());
        let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let fault: FaultSpec = serde_yaml::with::singleton_map_recursive::deserialize(value).unwrap();
        let recipe = faults::recipe(&fault, &Context::new(&before, 1, "test", 0)).unwrap();
        let injection = Injection { seed: 1, steps: vec![PlannedStep::at(0.0, fault, recipe)], before };
        let (mut memory, mut nobody, stop) = (Memory::default(), Nobody, CancellationToken::new());
        let (ports, options) = (lab.ports(), for_a_while());
        let person = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            changes(&mut lab.world().facts);
            lab.world().facts.clone()
        };
        let turns = Alone(|| false);
        let held = by_hand(&injection, &ports, &mut memory, &mut nobody, &options, &stop, &turns);
        let (timeline, changed) = tokio::join!(held, person);
        let timeline = timeline.unwrap();
        assert_eq!(now(&lab), shape(changed), "{text}");
        assert!(timeline.kept().len() == 1 && timeline.kept()[0].starts_with(tells), "{text}: {:?}", timeline.kept());
        assert_eq!(timeline.unhealed(), Vec::<usize>::new(), "{text}");
        let (_, after) = timeline.survey(true).unwrap();
        assert_eq!(
            residue::residue(&injection, after),
            Vec::<String>::new(),
            "{text}: theirs is nothing of the fault's"
        );
    }
}

fn for_a_while() -> ByHand {
    ByHand { run: "test".into(), version: "0".into(), lasting: Some(Duration::from_secs(40)), detach: false }
}

/// Hold a fault until its journal is killed, or until this much of its time has passed.
async fn killed(manual: &Manual, lab: &FakeLab, line: usize, writes_last: bool, after: Duration) -> String {
    let injection = injection(manual, lab);
    let killed = Arc::new(Notify::new());
    let mut dying = Dying { memory: Memory::default(), left: line, writes_last, killed: killed.clone() };
    let (ports, stop, options) = (lab.ports(), CancellationToken::new(), for_a_while());
    let mut nobody = Nobody;
    tokio::select! {
        biased;
        () = killed.notified() => {}
        () = tokio::time::sleep(after) => {}
        _ = by_hand(&injection, &ports, &mut dying, &mut nobody, &options, &stop, &Alone(|| false)) => {}
    }
    dying.memory.text
}

async fn healed(lab: &FakeLab, text: &str) -> usize {
    let timeline = journal::parse(Path::new("journal.jsonl"), text).unwrap();
    let mut later = Memory::default();
    match heal::from_journal(&timeline, &lab.ports(), &mut later, &mut Nobody).await {
        Ok(healed) => healed.unhealed().len(),
        // Nothing was written, so nothing was done.
        Err(_) if timeline.events.is_empty() => 0,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn from_every_prefix_of_every_journal_heal_brings_the_lab_back_and_twice_is_once() {
    for manual in FAULTS {
        let mut bitten = 0;
        for (line, writes_last) in (1..=12).flat_map(|line| [(line, false), (line, true)]) {
            let lab = FakeLab::new("test", Quirks::default());
            let before = now(&lab);
            let mut text = killed(manual, &lab, line, writes_last, Duration::MAX / 4).await;
            bitten += usize::from(now(&lab) != before);
            // The line after the last was torn.
            text += r#"{"seq":9,"at_s":1."#;
            for times in ["once", "twice"] {
                assert_eq!(healed(&lab, &text).await, 0, "{} {times}, killed at line {line}", manual.key);
                assert_eq!(now(&lab), before, "{} {times}, killed at line {line}", manual.key);
            }
        }
        let leaves_a_trace = !["kill-pod", "kill-backends", "send-record"].contains(&manual.key);
        assert_eq!(bitten > 0, leaves_a_trace, "{} was never in", manual.key);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_renews_ends_by_itself_within_its_time_to_live() {
    for manual in FAULTS {
        let lab = FakeLab::new("test", Quirks::default());
        let before = now(&lab);
        let injection = injection(manual, &lab);
        let Some(ttl) = injection.steps[0].recipe.ttl() else { continue };
        killed(manual, &lab, usize::MAX, true, Duration::from_secs(25)).await;
        assert_ne!(now(&lab), before, "{} was renewed while droplab lived", manual.key);
        tokio::time::sleep(ttl.0 + Duration::from_secs(1)).await;
        assert_eq!(now(&lab), before, "{}", manual.key);
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_was_healed_elsewhere_is_not_put_in_again() {
    let manual = FAULTS.iter().find(|manual| manual.key == "cut-link").unwrap();
    let lab = FakeLab::new("test", Quirks::default());
    let (before, injection) = (now(&lab), injection(manual, &lab));
    let (mut memory, stop, mut options) = (Memory::default(), CancellationToken::new(), for_a_while());
    options.lasting = None;
    let ports = lab.ports();
    let until = Instant::now() + Duration::from_secs(15);
    let elsewhere = || Instant::now() >= until;
    let other = async {
        tokio::time::sleep_until(until).await;
        for op in &injection.steps[0].recipe.heal {
            lab.ports().actuator.perform(op).await.unwrap();
        }
    };
    let (mut nobody, alone) = (Nobody, Alone(elsewhere));
    let held = by_hand(&injection, &ports, &mut memory, &mut nobody, &options, &stop, &alone);
    let (timeline, ()) = tokio::join!(held, other);
    assert_eq!(now(&lab), before);
    assert!(!timeline.unwrap().events.iter().any(|event| matches!(event.kind, EventKind::RunEnded { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever fault, whenever droplab dies, and whatever the lab refuses at first: heal brings it back.
    #[test]
    fn dropped_at_any_moment_heal_brings_the_lab_back(which in 0..FAULTS.len(), at_ms in 0_u64..45_000, failing in 0_u32..2) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let lab = FakeLab::new("test", Quirks { failing_ops: failing, ..Quirks::default() });
            let before = now(&lab);
            let text = killed(&FAULTS[which], &lab, usize::MAX, true, Duration::from_millis(at_ms)).await;
            assert_eq!(healed(&lab, &text).await, 0, "{}", FAULTS[which].key);
            assert_eq!(now(&lab), before, "{}", FAULTS[which].key);
        });
    }
}

/// A step that repeats once deleted a pod that was long gone, and hit nothing from the second time on.
#[tokio::test(start_paused = true)]
async fn a_pod_is_killed_again_whatever_its_replacement_is_called() {
    let manual = FAULTS.iter().find(|manual| manual.key == "kill-pod").unwrap();
    let lab = FakeLab::new("test", Quirks::default());
    let ops = injection(manual, &lab).steps[0].recipe.inject.clone();
    let uids = || lab.world().survey(Instant::now()).pods.into_iter().map(|pod| pod.uid).collect::<Vec<_>>();
    let mut seen = vec![uids()];
    for _ in 0..3 {
        for op in &ops {
            lab.ports().actuator.perform(op).await.unwrap();
        }
        assert!(!seen.contains(&uids()), "the pod of an earlier time was meant");
        seen.push(uids());
    }
}
