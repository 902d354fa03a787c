//! Waits until every workload of the lab is ready, and says what it waits for.
//!
//! **Invariant**: the wait has a deadline, ends early when waiting cannot help, and names its blockers with their last
//! events and log lines.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use k8s_openapi::{
    api::{
        apps::v1::{Deployment, StatefulSet},
        core::v1::{Event, Pod},
    },
    chrono::{DateTime, Utc},
};
use kube::{
    Api, Client,
    api::{ListParams, LogParams},
    runtime::{WatchStreamExt as _, reflector, watcher},
};

use crate::lab::{
    error::LabError,
    layout::NAMESPACE,
    lifecycle::blockers::{Blocker, HOPELESS, Workload, blockers, stale, unready},
    lifecycle::progress::Progress,
};

/// A pod that cannot get its image may only be early: images are still on their way into its node.
const HOPE: Duration = Duration::from_secs(30);
/// Where Kubernetes keeps its own pods.
const SYSTEM: &str = "kube-system";
/// From when on the wait names its blockers in full.
const LONG: Duration = Duration::from_secs(10);

/// Wait for all workloads; how many there are. `nodes` says when each node was last started.
pub async fn wait(
    client: &Client,
    nodes: &BTreeMap<String, DateTime<Utc>>,
    patience: Duration,
    progress: &dyn Progress,
) -> Result<usize, LabError> {
    let (deployments, mut one) = follow::<Deployment>(client);
    let (sets, mut two) = follow::<StatefulSet>(client);
    let (pods, mut three) = follow::<Pod>(client);
    let began = Instant::now();
    let mut hopeless_since: Option<Instant> = None;
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = one.next() => {}
            _ = two.next() => {}
            _ = three.next() => {}
            _ = tick.tick() => {}
        }
        let workloads: Vec<Workload> = (deployments.state().iter().map(|one| Workload::from(&**one)))
            .chain(sets.state().iter().map(|one| Workload::from(&**one)))
            .collect();
        let all_pods: Vec<Pod> = pods.state().iter().map(|pod| (**pod).clone()).collect();
        let mut left = blockers(&workloads, &all_pods);
        left.extend(stale(&all_pods, nodes));
        let listed = deployments.ready() && sets.ready() && pods.ready();
        if left.is_empty() && !workloads.is_empty() && listed {
            return Ok(workloads.len());
        }
        progress.note("ready", &sentence(workloads.len(), &left, began.elapsed() > LONG));
        let stuck = left.iter().any(|blocker| blocker.gravity >= HOPELESS);
        hopeless_since = if stuck { hopeless_since.or_else(|| Some(Instant::now())) } else { None };
        let hopeless = hopeless_since.is_some_and(|since| since.elapsed() > HOPE);
        if hopeless || began.elapsed() > patience {
            let blockers = explain(client, left).await;
            return Err(LabError::NotReady { waited_s: began.elapsed().as_secs(), blockers });
        }
    }
}

trait Ready {
    fn ready(&self) -> bool;
}

impl<K: kube::Resource + Clone + 'static> Ready for reflector::Store<K>
where
    K::DynamicType: std::hash::Hash + Eq + Clone,
{
    /// Whether the first list has come.
    fn ready(&self) -> bool {
        future::FutureExt::now_or_never(self.wait_until_ready()).is_some()
    }
}

type Changes = stream::BoxStream<'static, ()>;

/// A live copy of all objects of a kind, and a stream that yields at each change.
fn follow<K>(client: &Client) -> (reflector::Store<K>, Changes)
where
    K: kube::Resource<Scope = kube::core::NamespaceResourceScope, DynamicType = ()>
        + Clone
        + std::fmt::Debug
        + serde::de::DeserializeOwned
        + Send
        + Sync
        + 'static,
{
    let api = Api::<K>::namespaced(client.clone(), NAMESPACE);
    let (store, writer) = reflector::store();
    let changes = reflector(writer, watcher(api, watcher::Config::default()).default_backoff());
    // A watch that breaks comes back by itself; the deadline is the wait's.
    (store, changes.into_stream().map(|_| ()).boxed())
}

fn sentence(all: usize, left: &[Blocker], long: bool) -> String {
    let Some(first) = left.first() else { return "the first list of workloads".to_owned() };
    let count = format!("{}/{all} workloads ready", all.saturating_sub(left.len()));
    if long {
        return format!("{count}; {} waits: {}", first.workload, first.reason);
    }
    format!("{count}; next {}", first.workload)
}

/// Kubernetes' own pods, without which nothing of the shop's can work: they block before everybody else.
async fn below(client: &Client) -> Vec<(&'static str, Blocker)> {
    let api = Api::<Pod>::namespaced(client.clone(), SYSTEM);
    let pods = tokio::time::timeout(Duration::from_secs(4), api.list(&ListParams::default())).await;
    let pods = pods.ok().and_then(Result::ok).map(|list| list.items).unwrap_or_default();
    unready(&pods).into_iter().map(|blocker| (SYSTEM, blocker)).collect()
}

/// The gravest first, and each with its last events and log lines.
async fn explain(client: &Client, left: Vec<Blocker>) -> Vec<Blocker> {
    let mut all = below(client).await;
    all.extend(left.into_iter().map(|blocker| (NAMESPACE, blocker)));
    // More than a screen of them helps nobody: the first ones are the cause, the others follow from it.
    all.truncate(5);
    future::join_all(all.into_iter().map(|(namespace, mut blocker)| async move {
        if let Some(pod) = blocker.pod.clone() {
            let patience = Duration::from_secs(4);
            let (events, log) = tokio::join!(
                tokio::time::timeout(patience, events(client, namespace, &pod)),
                tokio::time::timeout(patience, log(client, namespace, &pod))
            );
            blocker.events = events.unwrap_or_default();
            blocker.log = log.unwrap_or_default();
        }
        blocker
    }))
    .await
}

async fn events(client: &Client, namespace: &str, pod: &str) -> Vec<String> {
    let params = ListParams::default().fields(&format!("involvedObject.name={pod}"));
    let Ok(list) = Api::<Event>::namespaced(client.clone(), namespace).list(&params).await else { return Vec::new() };
    let mut events: Vec<Event> = list.items;
    events.sort_by_key(|event| event.last_timestamp.clone().map(|time| time.0));
    let text = |event: &Event| {
        format!("{}: {}", event.reason.clone().unwrap_or_default(), event.message.clone().unwrap_or_default().trim())
    };
    events.iter().rev().take(3).rev().map(text).collect()
}

async fn log(client: &Client, namespace: &str, pod: &str) -> Vec<String> {
    let api = Api::<Pod>::namespaced(client.clone(), namespace);
    let params = |previous| LogParams { tail_lines: Some(5), previous, ..LogParams::default() };
    // A crashing container's last words are those of the one before.
    let mut text = api.logs(pod, &params(false)).await.unwrap_or_default();
    if text.trim().is_empty() {
        text = api.logs(pod, &params(true)).await.unwrap_or_default();
    }
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_wait_counts_and_a_long_one_tells_why() {
        let blocker = Blocker { workload: "deployment/a".to_owned(), reason: "r".to_owned(), ..Blocker::default() };
        assert_eq!(sentence(3, std::slice::from_ref(&blocker), false), "2/3 workloads ready; next deployment/a");
        assert_eq!(sentence(3, &[blocker], true), "2/3 workloads ready; deployment/a waits: r");
    }
}
