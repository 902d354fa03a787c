//! A metric of a service's pods, asked through the API server.
//!
//! Why through the API server: it reaches a pod by its address, past Nginx and the Services, and the pods answer `/metrics`
//! without a pool. What breaks the shop does not break this path.
//!
//! **Invariant**: a fold is over all running pods, or there is none.

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt, api::ListParams};

use super::{Growth, Source, prometheus};
use crate::{
    lab::sense::{SenseTarget, pods::runs},
    model::gauge::{Fold, MetricGauge},
};

/// A metric of a service.
pub(super) struct Metric {
    gauge: MetricGauge,
    target: SenseTarget,
    api: Api<Pod>,
    growth: Growth,
}

impl Metric {
    pub(super) fn new(gauge: MetricGauge, target: SenseTarget) -> Self {
        let api = Api::namespaced(target.kube.clone(), &target.namespace);
        Self { gauge, target, api, growth: Growth::default() }
    }

    /// The samples of one pod; `None` when it is on its way out and cannot tell any more.
    async fn ask(&self, pod: &Pod) -> Result<Option<Vec<f64>>, String> {
        let (name, namespace) = (pod.name_any(), &self.target.namespace);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}:8080/proxy/metrics");
        let request = hyper::Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
        match self.target.kube.request_text(request).await {
            Ok(text) => {
                let samples = prometheus::samples(&text, &self.gauge.name, &self.gauge.labels);
                // With labels, a sample that was never counted is not there yet; without any, the metric itself is missing.
                if samples.is_empty() && self.gauge.labels.is_empty() {
                    return Err(format!("metrics of pod/{name} lack {}", self.gauge.name));
                }
                Ok(Some(samples))
            }
            Err(_) if pod.metadata.deletion_timestamp.is_some() => Ok(None),
            Err(error) => Err(format!("metrics of pod/{name}: {error}")),
        }
    }
}

impl Source for Metric {
    async fn read(&mut self) -> Result<f64, String> {
        // From the API server's cache: this is asked every second.
        let label = format!("app.kubernetes.io/name={}", self.gauge.of);
        let pods = self.api.list(&ListParams::default().labels(&label).match_any()).await;
        let pods = pods.map_err(|error| format!("list of {} pods: {error}", self.gauge.of))?;
        let answers = try_join_all(pods.iter().filter(|pod| runs(pod)).map(|pod| self.ask(pod))).await?;
        let samples: Vec<f64> = answers.into_iter().flatten().flatten().collect();
        let sum: f64 = samples.iter().sum();
        match self.gauge.fold {
            Fold::Sum => Ok(sum),
            Fold::Max => samples.into_iter().reduce(f64::max).ok_or_else(|| "no pod runs".to_owned()),
            Fold::Min => samples.into_iter().reduce(f64::min).ok_or_else(|| "no pod runs".to_owned()),
            Fold::Rate => self.growth.per_second(sum).ok_or_else(|| "the first reading has none before it".to_owned()),
        }
    }
}
