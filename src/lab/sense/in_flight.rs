//! Requests that the shop's pods are answering right now, by their own gauges.
//!
//! **Invariant**: a running pod that cannot be asked is not at rest; one that does not run answers nobody.

use futures::future::join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt, api::ListParams};

use super::{SenseTarget, gauges::prometheus, pods};

const SERVICES: &str = "app.kubernetes.io/name in \
    (storefront,catalog,orders,payment,bank,inventory,fulfilment,notification,carrier)";

const METRIC: &str = "http_requests_in_flight";

/// Pods with requests in flight, and those that cannot be asked, in words.
pub(super) async fn pods(target: &SenseTarget) -> Result<Vec<String>, String> {
    let api: Api<Pod> = Api::namespaced(target.kube.clone(), &target.namespace);
    let pods = api.list(&ListParams::default().labels(SERVICES)).await.map_err(|error| error.to_string())?;
    let asked = join_all(pods.iter().filter(|pod| pods::runs(pod)).map(|pod| ask(target, pod))).await;
    Ok(asked.into_iter().flatten().collect())
}

async fn ask(target: &SenseTarget, pod: &Pod) -> Option<String> {
    let name = pod.name_any();
    match pods::ask(&target.kube, pod, "metrics").await {
        Ok(text) => moving(&name, &text),
        // On its way out, it may have gone while we asked.
        Err(_) if pod.metadata.deletion_timestamp.is_some() => None,
        Err(error) => Some(format!("pod/{name} cannot be asked for its requests in flight: {error}")),
    }
}

/// What a pod says of itself; a service without this gauge has nothing to say.
fn moving(name: &str, text: &str) -> Option<String> {
    let count = prometheus::sum(text, METRIC).filter(|count| *count > 0.0)?;
    Some(format!("pod/{name} answers {count} requests"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_at_rest_is_not_named() {
        assert_eq!(moving("orders-a", "http_requests_in_flight 0\n"), None);
        assert_eq!(moving("orders-a", "something_else 7\n"), None);
        assert_eq!(moving("orders-a", "http_requests_in_flight 2\n").unwrap(), "pod/orders-a answers 2 requests");
    }
}
