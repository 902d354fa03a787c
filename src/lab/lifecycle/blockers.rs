//! Who keeps a lab from being ready, and why.
//!
//! **Invariant**: pure; the first reason named is the one nearest to the cause: not scheduled, no image, crashing, not ready.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, StatefulSet},
        core::v1::{ContainerStatus, Pod},
    },
    chrono::{DateTime, TimeDelta, Utc},
};

/// A workload and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `deployment/payment`.
    pub name: String,
    /// Replicas that are wanted.
    pub wanted: i32,
    /// Replicas that are ready and of the newest revision.
    pub ready: i32,
}

/// One that blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocker {
    /// `deployment/payment`.
    pub workload: String,
    /// The pod that is in the way, if there is one yet.
    pub pod: Option<String>,
    /// Why.
    pub reason: String,
    /// How near it is to the cause of the wait; from [`HOPELESS`] on, waiting will not help.
    pub gravity: u8,
    /// Its last events.
    pub events: Vec<String>,
    /// Its last log lines.
    pub log: Vec<String>,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} waits: {}", self.workload, self.reason)?;
        for line in &self.events {
            write!(f, "\n    event: {line}")?;
        }
        for line in &self.log {
            write!(f, "\n    log:   {line}")?;
        }
        Ok(())
    }
}

impl Workload {
    /// Whether it is as it should be.
    pub fn is_ready(&self) -> bool {
        self.ready >= self.wanted
    }
}

impl From<&Deployment> for Workload {
    fn from(deployment: &Deployment) -> Self {
        let name = format!("deployment/{}", deployment.metadata.name.clone().unwrap_or_default());
        let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let status = deployment.status.clone().unwrap_or_default();
        // Old numbers until the controller has seen the newest wish.
        let seen = status.observed_generation >= deployment.metadata.generation;
        let ready = status.ready_replicas.unwrap_or(0).min(status.updated_replicas.unwrap_or(0));
        Self { name, wanted, ready: if seen { ready } else { 0 } }
    }
}

impl From<&StatefulSet> for Workload {
    fn from(set: &StatefulSet) -> Self {
        let name = format!("statefulset/{}", set.metadata.name.clone().unwrap_or_default());
        let wanted = set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let status = set.status.clone().unwrap_or_default();
        let seen = status.observed_generation >= set.metadata.generation;
        let ready = status.ready_replicas.unwrap_or(0).min(status.updated_replicas.unwrap_or(0));
        Self { name, wanted, ready: if seen { ready } else { 0 } }
    }
}

/// Everyone that blocks, each with its reason; the gravest first, for the others often wait for it.
pub fn blockers(workloads: &[Workload], pods: &[Pod]) -> Vec<Blocker> {
    let waiting = workloads.iter().filter(|workload| !workload.is_ready());
    let mut all: Vec<Blocker> = waiting.map(|workload| blocker(workload, pods)).collect();
    all.sort_by_key(|blocker| std::cmp::Reverse(blocker.gravity));
    all
}

/// Pods that are not ready, whatever they belong to.
pub fn unready(pods: &[Pod]) -> Vec<Blocker> {
    let waiting = pods.iter().filter(|pod| !is_ready(pod));
    let blocker = |pod: &Pod| {
        let name = pod.metadata.name.clone().unwrap_or_default();
        Blocker { workload: format!("pod/{name}"), pod: Some(name), reason: reason(pod).1, ..Blocker::default() }
    };
    waiting.map(blocker).collect()
}

/// Pods that the API still takes for ready, though their node was started after their containers: nobody has looked since.
pub fn stale(pods: &[Pod], nodes: &BTreeMap<String, DateTime<Utc>>) -> Vec<Blocker> {
    let is_stale = |pod: &&Pod| {
        let node = pod.spec.as_ref().and_then(|spec| nodes.get(spec.node_name.as_ref()?));
        let containers = pod.status.as_ref().and_then(|status| status.container_statuses.as_ref());
        let started =
            containers.into_iter().flatten().filter_map(|one| one.state.as_ref()?.running.as_ref()?.started_at.clone());
        node.is_some_and(|node| started.map(|time| time.0).any(|time| time < *node - TimeDelta::seconds(1)))
    };
    let blocker = |pod: &Pod| {
        let name = pod.metadata.name.clone().unwrap_or_default();
        let reason = "its node was restarted, and it not yet".to_owned();
        Blocker { workload: format!("pod/{name}"), pod: Some(name), reason, ..Blocker::default() }
    };
    pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).filter(is_stale).map(blocker).collect()
}

fn blocker(workload: &Workload, pods: &[Pod]) -> Blocker {
    let name = workload.name.split_once('/').map_or("", |(_, name)| name);
    let mine = pods.iter().filter(|pod| belongs(pod, name) && !is_ready(pod));
    let worst = mine.map(|pod| (pod, reason(pod))).max_by_key(|(_, (gravity, _))| *gravity);
    let Some((pod, (gravity, reason))) = worst else {
        let reason = format!("{} of {} replicas ready", workload.ready, workload.wanted);
        return Blocker { workload: workload.name.clone(), reason, ..Blocker::default() };
    };
    Blocker { workload: workload.name.clone(), pod: pod.metadata.name.clone(), reason, gravity, ..Blocker::default() }
}

/// A pod of a `StatefulSet` is `NAME-0`, one of a Deployment `NAME-HASH-ID`.
fn belongs(pod: &Pod, workload: &str) -> bool {
    let rest = pod.metadata.name.as_deref().and_then(|name| name.strip_prefix(workload)?.strip_prefix('-'));
    rest.is_some_and(|rest| rest.split('-').count() <= 2 && !rest.starts_with("dc-"))
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Ready" && one.status == "True"))
}

/// Nothing but a change helps: no image, no sound configuration, an end after each of many starts.
pub const HOPELESS: u8 = 4;
/// A busy machine makes a server start in vain a few times; not this often.
const MANY: i32 = 6;

/// Why a pod is not ready; the graver the higher.
fn reason(pod: &Pod) -> (u8, String) {
    let status = pod.status.clone().unwrap_or_default();
    let conditions = status.conditions.unwrap_or_default();
    if let Some(one) = conditions.iter().find(|one| one.type_ == "PodScheduled" && one.status == "False") {
        return (3, format!("no node takes it: {}", one.message.clone().unwrap_or_default()));
    }
    let mut containers = status.init_container_statuses.unwrap_or_default();
    containers.extend(status.container_statuses.unwrap_or_default());
    containers.iter().filter_map(of_container).max().unwrap_or((1, "its containers are being made".to_owned()))
}

fn of_container(container: &ContainerStatus) -> Option<(u8, String)> {
    if container.ready {
        return None;
    }
    let state = container.state.clone().unwrap_or_default();
    let ended = container.last_state.clone().unwrap_or_default().terminated.or(state.terminated);
    if let Some(waiting) = state.waiting {
        let reason = waiting.reason.unwrap_or_default();
        return Some(match reason.as_str() {
            "ErrImagePull" | "ImagePullBackOff" | "ErrImageNeverPull" | "InvalidImageName" => {
                (HOPELESS, format!("its node lacks image {}", container.image))
            }
            "CreateContainerConfigError" | "CreateContainerError" => {
                (HOPELESS, format!("{reason}: {}", waiting.message.unwrap_or_default()))
            }
            "CrashLoopBackOff" => {
                let gravity = if container.restart_count >= MANY { HOPELESS } else { 3 };
                (gravity, crashed(container.restart_count, ended.as_ref()))
            }
            _ => (1, "its containers are being made".to_owned()),
        });
    }
    if container.restart_count > 0 {
        return Some((2, crashed(container.restart_count, ended.as_ref())));
    }
    Some((1, "it runs but is not ready yet".to_owned()))
}

fn crashed(times: i32, ended: Option<&k8s_openapi::api::core::v1::ContainerStateTerminated>) -> String {
    let how = ended.map_or_else(String::new, |ended| {
        let reason = ended.reason.clone().filter(|reason| reason != "Error");
        format!(", last with {}", reason.unwrap_or_else(|| format!("status {}", ended.exit_code)))
    });
    format!("it ended {times} times{how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, status: &serde_json::Value) -> Pod {
        serde_json::from_value(serde_json::json!({ "metadata": { "name": name }, "status": status })).unwrap()
    }

    fn workload(name: &str) -> Workload {
        Workload { name: name.to_owned(), wanted: 1, ready: 0 }
    }

    #[test]
    fn a_missing_image_is_hopeless_and_named() {
        let status = serde_json::json!({ "containerStatuses": [{
            "name": "payment", "image": "droplab/payment:9", "imageID": "", "ready": false, "restartCount": 0,
            "state": { "waiting": { "reason": "ImagePullBackOff" } } }] });
        let found = blockers(&[workload("deployment/payment")], &[pod("payment-5c-x7", &status)]);
        assert_eq!(found[0].reason, "its node lacks image droplab/payment:9");
        assert_eq!(found[0].gravity, HOPELESS);
        assert_eq!(found[0].pod.as_deref(), Some("payment-5c-x7"));
    }

    #[test]
    fn a_crash_tells_how_it_ended() {
        let status = serde_json::json!({ "containerStatuses": [{
            "name": "kafka", "image": "i", "imageID": "", "ready": false, "restartCount": 3,
            "state": { "waiting": { "reason": "CrashLoopBackOff" } },
            "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled" } } }] });
        let found = blockers(&[workload("statefulset/kafka-dc-2")], &[pod("kafka-dc-2-0", &status)]);
        assert_eq!(found[0].reason, "it ended 3 times, last with OOMKilled");
    }

    #[test]
    fn no_room_is_told_in_the_schedulers_words() {
        let status = serde_json::json!({ "conditions": [
            { "type": "PodScheduled", "status": "False", "message": "0/4 nodes are available: 3 Insufficient memory." }] });
        let found = blockers(&[workload("deployment/bank")], &[pod("bank-1-2", &status)]);
        assert!(found[0].reason.contains("Insufficient memory"));
    }

    #[test]
    fn a_pod_older_than_its_nodes_last_start_is_stale() {
        let pod: Pod = serde_json::from_value(serde_json::json!({
            "metadata": { "name": "redis-dc-1-0" }, "spec": { "nodeName": "n", "containers": [] },
            "status": { "containerStatuses": [{ "name": "redis", "image": "i", "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": { "startedAt": "2026-01-01T10:00:00Z" } } }] } }))
        .unwrap();
        let node = |text: &str| [("n".to_owned(), text.parse::<DateTime<Utc>>().unwrap())].into();
        assert_eq!(stale(std::slice::from_ref(&pod), &node("2026-01-01T11:00:00Z")).len(), 1);
        assert!(stale(&[pod], &node("2026-01-01T09:00:00Z")).is_empty());
    }

    #[test]
    fn a_ready_pod_and_somebody_elses_do_not_block() {
        let ready = serde_json::json!({ "conditions": [{ "type": "Ready", "status": "True" }] });
        let other = serde_json::json!({});
        let pods = [pod("redis-dc-1-0", &ready), pod("redis-sentinel-dc-1-0", &other)];
        let found = blockers(&[workload("statefulset/redis-dc-1")], &pods);
        assert_eq!((found[0].pod.clone(), found[0].reason.as_str()), (None, "0 of 1 replicas ready"));
        let done = Workload { ready: 1, ..workload("statefulset/redis-dc-1") };
        assert!(blockers(&[done], &pods).is_empty());
    }
}
