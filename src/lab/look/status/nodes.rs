//! The nodes: one component for all, for they stand and fall together from a person's view.
//!
//! **Invariant**: a node that the API remembers as ready but that is not there is not ready.

use k8s_openapi::api::core::v1::Node;
use kube::{Api, api::ListParams};

use super::{Component, ask};
use crate::{
    lab::{Lab, cluster::nodes::is_ready},
    log::chain,
};

pub(super) async fn probe(lab: &Lab) -> Vec<Component> {
    vec![ask("nodes", question(lab)).await]
}

async fn question(lab: &Lab) -> Result<String, String> {
    let nodes = Api::<Node>::all(lab.kube.clone()).list(&ListParams::default()).await;
    let nodes = nodes.map_err(|error| format!("the Kubernetes API: {}", chain(&error)))?.items;
    let ready: Vec<&Node> = nodes.iter().filter(|node| is_ready(node)).collect();
    let missing: Vec<String> = lab
        .layout
        .nodes()
        .into_iter()
        .filter(|name| !ready.iter().any(|node| node.metadata.name.as_ref() == Some(name)))
        .collect();
    if missing.is_empty() {
        let version =
            ready.first().and_then(|node| Some(node.status.as_ref()?.node_info.as_ref()?.kubelet_version.clone()));
        return Ok(format!("{} ready, Kubernetes {}", ready.len(), version.unwrap_or_default()));
    }
    Err(format!("{} of 4 ready; not {}", ready.len(), missing.join(", ")))
}
