//! The nodes of a cluster that was woken: which of them report.
//!
//! **Invariant**: a node counts by a sign of life of its own, younger than the wait, not by what the API remembers of it.

use std::time::{Duration, Instant};

use k8s_openapi::{
    api::coordination::v1::Lease,
    chrono::{DateTime, TimeDelta, Utc},
};
use kube::{Api, Client, api::ListParams};

use super::{error::LabError, kube::within, layout::Layout};

/// Wait until every node has renewed its lease within the last seconds.
pub async fn wait(client: &Client, layout: &Layout, patience: Duration) -> Result<(), LabError> {
    let began = Instant::now();
    let api = Api::<Lease>::namespaced(client.clone(), "kube-node-lease");
    loop {
        let leases = within(5, "read the nodes' leases", api.list(&ListParams::default())).await;
        let silent = match leases {
            Ok(leases) => silent(layout, &leases.items, Utc::now()),
            Err(error) if began.elapsed() > patience => return Err(error),
            Err(_) => layout.nodes().to_vec(),
        };
        if silent.is_empty() {
            return Ok(());
        }
        if began.elapsed() > patience {
            return Err(LabError::Kube { tried: "hear from every node".to_owned(), why: format!("silent: {}", silent.join(", ")) });
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// A kubelet renews its lease every 10 s.
const FRESH: TimeDelta = TimeDelta::seconds(13);

fn silent(layout: &Layout, leases: &[Lease], now: DateTime<Utc>) -> Vec<String> {
    let fresh = |node: &String| {
        leases.iter().any(|lease| {
            let renewed = lease.spec.as_ref().and_then(|spec| spec.renew_time.as_ref());
            lease.metadata.name.as_ref() == Some(node)
                && renewed.is_some_and(|time| now - time.0 <= FRESH)
        })
    };
    layout.nodes().into_iter().filter(|node| !fresh(node)).collect()
}
