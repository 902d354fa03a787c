//! The payment pods' own numbers, asked through the API server.
//!
//! Why through the API server: it reaches a pod by its address, past Nginx and the Services, and the pods answer `/metrics`
//! without the pool. What breaks payments does not break this path.
//!
//! **Invariant**: a sum is over all running pods, or it is no sum.

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt, api::ListParams};

use super::{SenseTarget, gauges::Source, metrics};

const METRICS: [&str; 3] = ["db_pool_waiting_requests", "db_pool_in_use", "db_pool_size"];

/// The payment pods.
pub(super) struct Pods {
    client: kube::Client,
    api: Api<Pod>,
    namespace: String,
}

impl Pods {
    pub(super) fn new(target: &SenseTarget) -> Self {
        let api = Api::namespaced(target.kube.clone(), &target.namespace);
        Self { client: target.kube.clone(), api, namespace: target.namespace.clone() }
    }

    /// The numbers of one pod; `None` when it is on its way out and cannot tell any more.
    async fn ask(&self, pod: &Pod) -> Result<Option<[f64; 3]>, String> {
        let (name, namespace) = (pod.name_any(), &self.namespace);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}:8080/proxy/metrics");
        let request = hyper::Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
        let text = match self.client.request_text(request).await {
            Ok(text) => text,
            Err(_) if pod.metadata.deletion_timestamp.is_some() => return Ok(None),
            Err(error) => return Err(format!("metrics of pod/{name}: {error}")),
        };
        let [waiting, in_use, size] = METRICS
            .map(|metric| metrics::sum(&text, metric).ok_or_else(|| format!("metrics of pod/{name} lack {metric}")));
        Ok(Some([waiting?, in_use?, size?]))
    }
}

impl Source for Pods {
    const PROBES: &'static [&'static str] = &["payment-pool-waiting", "payment-pool-in-use", "payment-pool-size"];

    async fn read(&mut self) -> Result<Vec<f64>, String> {
        // From the API server's cache: this is asked every second.
        let payment = ListParams::default().labels("app.kubernetes.io/name=payment").match_any();
        let pods = self.api.list(&payment).await.map_err(|error| format!("list of payment pods: {error}"))?;
        let answers = try_join_all(pods.iter().filter(|pod| runs(pod)).map(|pod| self.ask(pod))).await?;
        let sum = answers.into_iter().flatten().fold([0.0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z]);
        Ok(sum.to_vec())
    }
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
