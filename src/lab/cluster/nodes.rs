//! The nodes of a cluster: what they have to be given once, and which of them report after they were woken.
//!
//! **Invariant**: a node counts by a sign of life of its own, younger than the wait, not by what the API remembers of it;
//! preparing twice is the same as once.

use std::time::{Duration, Instant};

use futures::future;
use k8s_openapi::{
    api::{coordination::v1::Lease, core::v1::Node},
    chrono::{DateTime, TimeDelta, Utc},
};
use kube::{Api, Client, api::ListParams};

use crate::lab::{cluster::kube::within, engine::docker::Engine, error::LabError, layout::Layout};

/// What a node is given.
const PREPARE: &str = include_str!("prepare.sh");

/// Give every node what the charts count on.
pub async fn prepare(engine: &Engine, layout: &Layout) -> Result<(), LabError> {
    future::try_join_all(layout.nodes().iter().map(|node| async move {
        let done = engine.exec(node, &["sh", "-euc", PREPARE]).await?;
        if done.status == 0 {
            return Ok(());
        }
        Err(LabError::Engine { tried: format!("prepare {node}"), why: done.output.trim().to_owned() })
    }))
    .await
    .map(drop)
}

/// Wait until pods can be placed in every data centre: else the first worker to be ready gets nearly all of them.
pub async fn wait_for_places(client: &Client, layout: &Layout, patience: Duration) -> Result<(), LabError> {
    let began = Instant::now();
    let api = Api::<Node>::all(client.clone());
    loop {
        let listed = within(5, "list the nodes", api.list(&ListParams::default())).await;
        let unready = match listed {
            Ok(nodes) => layout.workers().into_iter().filter(|worker| !takes_pods(&nodes.items, worker)).collect(),
            Err(error) if began.elapsed() > patience => return Err(error),
            Err(_) => layout.workers().to_vec(),
        };
        if unready.is_empty() {
            return Ok(());
        }
        if began.elapsed() > patience {
            let why = format!("not ready: {}", unready.join(", "));
            return Err(LabError::Kube { tried: "place pods on every node".to_owned(), why });
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn takes_pods(nodes: &[Node], name: &str) -> bool {
    nodes.iter().filter(|node| node.metadata.name.as_deref() == Some(name)).any(|node| {
        let tainted =
            node.spec.as_ref().is_some_and(|spec| spec.taints.as_ref().is_some_and(|taints| !taints.is_empty()));
        is_ready(node) && !tainted
    })
}

/// Whether its kubelet says so.
pub(in crate::lab) fn is_ready(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Ready" && one.status == "True"))
}

/// Wait until every node has renewed its lease within the last seconds.
pub async fn wait(client: &Client, layout: &Layout, patience: Duration) -> Result<(), LabError> {
    let began = Instant::now();
    let api = Api::<Lease>::namespaced(client.clone(), "kube-node-lease");
    let mut first = None;
    loop {
        let leases = within(5, "read the nodes' leases", api.list(&ListParams::default())).await;
        let silent = match leases {
            Ok(leases) => silent(layout, first.get_or_insert_with(|| leases.items.clone()), &leases.items, Utc::now()),
            Err(error) if began.elapsed() > patience => return Err(error),
            Err(_) => layout.nodes().to_vec(),
        };
        if silent.is_empty() {
            return Ok(());
        }
        if began.elapsed() > patience {
            // The API answers: what is silent may be frozen by a fault, which is no reason to call the cluster lost.
            let why = format!(
                "nothing was heard for {} s; if a fault holds it: droplab heal, else droplab down and droplab up",
                patience.as_secs()
            );
            return Err(LabError::Node { node: silent.join(", "), why });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// A kubelet renews its lease every 10 s.
const FRESH: TimeDelta = TimeDelta::seconds(13);

/// Nodes that did not report a moment ago, and have not reported since `first` either: where the engine's clock is not this machine's, the
/// time in a lease alone tells nothing.
fn silent(layout: &Layout, first: &[Lease], leases: &[Lease], now: DateTime<Utc>) -> Vec<String> {
    let renewed = |leases: &[Lease], node: &String| {
        let lease = leases.iter().find(|lease| lease.metadata.name.as_ref() == Some(node))?;
        lease.spec.as_ref()?.renew_time.as_ref().map(|time| time.0)
    };
    let fresh = |node: &String| {
        renewed(leases, node).is_some_and(|time| {
            (now - time).abs() <= FRESH || renewed(first, node).is_some_and(|before| before != time)
        })
    };
    layout.nodes().into_iter().filter(|node| !fresh(node)).collect()
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    use super::*;

    fn leases(layout: &Layout, renewed: DateTime<Utc>) -> Vec<Lease> {
        let lease = |node: String| {
            let mut lease = Lease::default();
            lease.metadata.name = Some(node);
            lease.spec.get_or_insert_default().renew_time = Some(MicroTime(renewed));
            lease
        };
        layout.nodes().into_iter().map(lease).collect()
    }

    #[test]
    fn a_node_that_reports_is_heard_whatever_its_clock_says() {
        let layout = Layout::new("droplab", 27_000).unwrap();
        let now = Utc::now();
        let at = |seconds| leases(&layout, now + TimeDelta::seconds(seconds));
        assert!(silent(&layout, &at(-5), &at(-5), now).is_empty(), "a moment ago");
        assert_eq!(silent(&layout, &at(-60), &at(-60), now).len(), 4);
        assert_eq!(silent(&layout, &at(60), &at(60), now).len(), 4, "not from the future either");
        assert!(silent(&layout, &at(-60), &at(-50), now).is_empty(), "renewed, by a clock that is behind");
        assert_eq!(silent(&layout, &[], &at(-60), now).len(), 4, "appeared, and nothing more");
    }
}
