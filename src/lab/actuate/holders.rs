//! Who was started with a password that is none any more.
//!
//! A variable that comes from a Secret is read once, at the start. Whoever was started while a rotation was in holds the password
//! that was drawn for it; when the one from before is put back, such a pod goes on with the sessions it has and opens no other.
//!
//! **Invariant**: only those are started anew, one pod after the other, as `kubectl rollout restart` does it.

use std::collections::BTreeSet;

use futures::future;
use jiff::Timestamp;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{Api, api::ListParams};

use crate::lab::{Lab, cluster::kube::within, error::LabError, layout::NAMESPACE};

impl Lab {
    /// Start those anew that read this key of a Secret since then.
    pub(super) async fn restart_holders(&self, secret: &str, key: &str, since: Timestamp) -> Result<(), LabError> {
        let pods = Api::<Pod>::namespaced(self.kube.clone(), NAMESPACE);
        let ours = ListParams::default().labels("app.kubernetes.io/part-of=shop");
        let pods = within(5, "list the pods", pods.list(&ours)).await?;
        let names: BTreeSet<String> =
            pods.items.iter().filter(|pod| holds(pod, secret, key, since)).filter_map(workload).collect();
        let api = Api::<Deployment>::namespaced(self.kube.clone(), NAMESPACE);
        let restarts = names.iter().map(|name| within(10, "restart a deployment", api.restart(name)));
        future::try_join_all(restarts).await.map(drop)
    }
}

fn holds(pod: &Pod, secret: &str, key: &str, since: Timestamp) -> bool {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let variables = containers.flat_map(|container| container.env.iter().flatten());
    let mut sources = variables.filter_map(|variable| variable.value_from.as_ref()?.secret_key_ref.as_ref());
    let statuses = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let started = statuses.filter_map(|one| one.state.as_ref()?.running.as_ref()?.started_at.as_ref());
    // Kubernetes tells whole seconds.
    let latest = started.map(|time| time.0.timestamp()).max();
    sources.any(|source| source.name == secret && source.key == key)
        && latest.is_none_or(|latest| latest >= since.as_second())
}

fn workload(pod: &Pod) -> Option<String> {
    pod.metadata.labels.as_ref()?.get("app.kubernetes.io/name").cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(key: &str, started: &str) -> Pod {
        serde_json::from_value(json!({
            "metadata": { "name": "payment-1", "labels": { "app.kubernetes.io/name": "payment" } },
            "spec": { "containers": [{ "name": "payment", "env": [
                { "name": "SHOP_PASSWORD", "valueFrom": { "secretKeyRef": { "name": "postgres", "key": key } } },
                { "name": "LOG", "value": "info" },
            ] }] },
            "status": { "containerStatuses": [{ "name": "payment", "image": "", "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": { "startedAt": started } } }] },
        }))
        .unwrap()
    }

    #[test]
    fn whoever_was_started_since_then_holds_it() {
        let since: Timestamp = "2026-11-26T18:30:00.7Z".parse().unwrap();
        let holds = |pod: &Pod| holds(pod, "postgres", "shop-password", since);
        assert!(holds(&pod("shop-password", "2026-11-26T18:30:00Z")), "the second in which it was changed counts");
        assert!(!holds(&pod("shop-password", "2026-11-26T18:29:59Z")), "it has the one from before");
        assert!(!holds(&pod("replication-password", "2026-11-26T18:31:00Z")), "another password");
        assert_eq!(workload(&pod("shop-password", "2026-11-26T18:31:00Z")).as_deref(), Some("payment"));
    }
}
