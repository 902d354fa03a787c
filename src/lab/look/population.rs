//! Who is where: pods, Services and nodes, as Kubernetes tells.
//!
//! **Invariant**: looks and never touches; the order is that of the names.

use std::collections::{BTreeMap, BTreeSet};

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
        let digests = digests(&pods.items);
        let mut pods: Vec<Pod> = pods.items.into_iter().filter_map(pod).collect();
        pods.sort_by(|one, other| one.name.cmp(&other.name));
        let services: BTreeMap<_, _> = services.items.into_iter().map(service).collect();
        let nodes = nodes.items.into_iter().map(node).collect();
        Ok(Facts { lab: self.name.clone(), pods, services, nodes, digests, ..Facts::default() })
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

/// The ids of the images that run, by reference as a person writes it. A pod on its way out is no part of the lab any more.
fn digests(pods: &[KubePod]) -> BTreeMap<String, BTreeSet<String>> {
    let mut digests = BTreeMap::<String, BTreeSet<String>>::new();
    for pod in pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()) {
        let status = pod.status.as_ref().filter(|status| status.phase.as_deref() == Some("Running"));
        for told in status.into_iter().flat_map(|status| status.container_statuses.iter().flatten()) {
            let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
            let image = containers.filter(|one| one.name == told.name).find_map(|one| one.image.clone());
            // A container that waits for its image has no id yet.
            if let Some(image) = image.filter(|_| !told.image_id.is_empty()) {
                digests.entry(image).or_default().insert(told.image_id.clone());
            }
        }
    }
    digests
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

#[cfg(test)]
mod tests {
    use super::*;

    fn running(image: &str, id: &str, more: &serde_json::Value) -> KubePod {
        let mut found = serde_json::json!({
            "metadata": { "name": "payment-a", "uid": "a" },
            "spec": { "nodeName": "worker", "containers": [{ "name": "payment", "image": image }] },
            "status": { "phase": "Running", "containerStatuses": [{
                "name": "payment", "image": "docker.io/other:name", "imageID": id, "ready": true, "restartCount": 0 }] } });
        if let (Some(found), Some(more)) = (found.as_object_mut(), more.as_object()) {
            found.extend(more.clone());
        }
        serde_json::from_value(found).unwrap()
    }

    #[test]
    fn an_image_is_told_by_its_id_and_two_of_one_name_by_both() {
        let none = serde_json::json!({});
        let leaving = serde_json::json!({ "metadata": { "name": "b", "deletionTimestamp": "2026-01-01T00:00:00Z" } });
        let pods = [
            running("droplab/payment:2.8.0", "sha256:a", &none),
            running("droplab/payment:2.8.0", "sha256:b", &none),
            running("droplab/payment:2.8.1", "", &none),
            running("droplab/payment:2.7.0", "sha256:c", &leaving),
            running("droplab/bank:1.0.0", "sha256:d", &serde_json::json!({ "status": { "phase": "Pending" } })),
        ];
        let told = BTreeSet::from(["sha256:a".to_owned(), "sha256:b".to_owned()]);
        assert_eq!(digests(&pods), BTreeMap::from([("droplab/payment:2.8.0".to_owned(), told)]));
    }

    /// A journal of a droplab that did not look at ids is read as before.
    #[test]
    fn facts_without_ids_are_facts() {
        let text = serde_json::to_string(&Facts::default()).unwrap();
        assert!(!text.contains("digests"), "{text}");
        assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), Facts::default());
    }
}
