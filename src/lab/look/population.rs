//! Who is where: pods, Services and nodes, as Kubernetes tells.
//!
//! **Invariant**: looks and never touches; the order is that of the names.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Node as KubeNode, Pod as KubePod, Service as KubeService};
use kube::{Api, api::ListParams};

use crate::lab::{cluster::handle::Handle, cluster::kube::within, error::LabError};
use crate::model::facts::{Facts, Node, Pod, Service};

impl Handle {
    /// Pods, Services and nodes; everything else of the facts is left empty.
    pub(in crate::lab) async fn population(&self) -> Result<Facts, LabError> {
        let all = ListParams::default();
        let pods = Api::<KubePod>::namespaced(self.kube.clone(), &self.namespace);
        let services = Api::<KubeService>::namespaced(self.kube.clone(), &self.namespace);
        let nodes = Api::<KubeNode>::all(self.kube.clone());
        let (pods, services, nodes) = tokio::try_join!(
            within(5, "list pods", pods.list(&all)),
            within(5, "list services", services.list(&all)),
            within(5, "list nodes", nodes.list(&all)),
        )?;
        let mut pods: Vec<Pod> = pods.items.into_iter().filter_map(pod).collect();
        pods.sort_by(|one, other| one.name.cmp(&other.name));
        let services: BTreeMap<_, _> = services.items.into_iter().map(service).collect();
        let nodes = nodes.items.into_iter().map(node).collect();
        Ok(Facts { lab: self.name.clone(), pods, services, nodes, ..Facts::default() })
    }
}

/// A pod that is somewhere; one that has ended, or has no node yet, is none.
fn pod(found: KubePod) -> Option<Pod> {
    let (spec, status) = (found.spec?, found.status.unwrap_or_default());
    if matches!(status.phase.as_deref(), Some("Succeeded" | "Failed")) {
        return None;
    }
    let labels = found.metadata.labels.unwrap_or_default();
    Some(Pod {
        name: found.metadata.name?,
        uid: found.metadata.uid?,
        service: labels.get("app.kubernetes.io/name").cloned().unwrap_or_default(),
        labels,
        node: spec.node_name?,
        address: status.pod_ip.and_then(|address| address.parse().ok()),
        host_network: spec.host_network.unwrap_or(false),
    })
}

fn service(found: KubeService) -> (String, Service) {
    let spec = found.spec.unwrap_or_default();
    // A headless one says `None`, which is no address.
    let address = spec.cluster_ip.and_then(|address| address.parse().ok());
    let selector = spec.selector.unwrap_or_default();
    (found.metadata.name.unwrap_or_default(), Service { address, selector })
}

fn node(found: KubeNode) -> (String, Node) {
    let addresses = found.status.and_then(|status| status.addresses).unwrap_or_default();
    let internal = addresses.iter().find(|one| one.type_ == "InternalIP");
    let node = Node {
        zone: found.metadata.labels.unwrap_or_default().remove("topology.kubernetes.io/zone"),
        address: internal.and_then(|one| one.address.parse().ok()),
        pod_range: found.spec.and_then(|spec| spec.pod_cidr),
    };
    (found.metadata.name.unwrap_or_default(), node)
}
