//! Which pods can answer.
//!
//! **Invariant**: only a running container is asked.

use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client, ResourceExt, api::ListParams};

/// The pods of a service that run.
pub(super) async fn of(api: &Api<Pod>, service: &str) -> Result<Vec<Pod>, String> {
    // From the API server's cache: this is asked every second.
    let ours = ListParams::default().labels(&format!("app.kubernetes.io/name={service}")).match_any();
    let pods = api.list(&ours).await.map_err(|error| format!("list of {service} pods: {error}"))?;
    Ok(pods.items.into_iter().filter(runs).collect())
}

/// What a pod answers to a `GET` of this path, asked through the API server: past Nginx, the Services and what breaks between them.
pub(super) async fn ask(kube: &Client, pod: &Pod, path: &str) -> Result<String, String> {
    let (name, namespace) = (pod.name_any(), pod.namespace().unwrap_or_default());
    let path = format!("/api/v1/namespaces/{namespace}/pods/{name}:8080/proxy/{path}");
    let request = hyper::Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
    kube.request_text(request).await.map_err(|error| error.to_string())
}

/// A container of the pod is running: only then somebody can answer.
pub(super) fn runs(pod: &Pod) -> bool {
    let containers = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    containers.iter().any(|container| container.state.as_ref().is_some_and(|state| state.running.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_running_container_is_asked() {
        let pod = |state: serde_json::Value| -> Pod {
            let container = serde_json::json!({
                "name": "payment", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": state,
            });
            serde_json::from_value(serde_json::json!({"status": {"containerStatuses": [container]}})).unwrap()
        };
        assert!(runs(&pod(serde_json::json!({"running": {}}))));
        assert!(!runs(&pod(serde_json::json!({"waiting": {"reason": "ErrImagePull"}}))));
        assert!(!runs(&Pod::default()));
    }
}
