//! Metrics of a service's pods, asked through the API server.
//!
//! Why through the API server: it reaches a pod by its address, past Nginx and the Services, and the pods answer `/metrics`
//! without a pool. What breaks the shop does not break this path.
//!
//! **Invariant**: one request for each pod and second, however many gauges; a fold is over all running pods, or there is none.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt};

use super::{
    FIRST, Reading, Source,
    growth::Growth,
    prometheus::{Labels, Sample, samples},
};
use crate::{
    lab::sense::{SenseTarget, pods},
    model::gauge::{Fold, MetricGauge},
};

/// How long a pod that is on its way out is waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The metrics of one service.
pub(super) struct Metrics {
    of: String,
    gauges: Vec<(MetricGauge, Growth)>,
    kube: kube::Client,
    api: Api<Pod>,
}

impl Metrics {
    pub(super) fn new(of: &str, gauges: Vec<MetricGauge>, target: &SenseTarget) -> Self {
        let api = Api::namespaced(target.kube.clone(), &target.namespace);
        let gauges = gauges.into_iter().map(|gauge| (gauge, Growth::default())).collect();
        Self { of: of.to_owned(), gauges, kube: target.kube.clone(), api }
    }

    /// Name and metrics of every pod that runs.
    async fn ask(&self) -> Result<Vec<(String, String)>, String> {
        let pods = pods::of(&self.api, &self.of).await?;
        let texts = try_join_all(pods.iter().map(|pod| self.ask_one(pod))).await?;
        let texts: Vec<_> = texts.into_iter().flatten().collect();
        if texts.is_empty() { Err(format!("no pod of {} runs", self.of)) } else { Ok(texts) }
    }

    /// `None` when it is on its way out and cannot tell any more.
    async fn ask_one(&self, pod: &Pod) -> Result<Option<(String, String)>, String> {
        let name = pod.name_any();
        let asked = pods::ask(&self.kube, pod, "metrics");
        if pod.metadata.deletion_timestamp.is_some() {
            // Its address may be gone already, and then nobody answers at all: the others are not to wait for it.
            let told = tokio::time::timeout(LAST_WORDS, asked).await;
            return Ok(told.ok().and_then(Result::ok).map(|text| (name, text)));
        }
        asked.await.map(|text| Some((name.clone(), text))).map_err(|error| format!("metrics of pod/{name}: {error}"))
    }
}

#[async_trait]
impl Source for Metrics {
    async fn read(&mut self) -> Vec<Reading> {
        match self.ask().await {
            Ok(texts) => self.gauges.iter_mut().map(|(gauge, growth)| fold(gauge, growth, &texts)).collect(),
            Err(why) => vec![Err(why); self.gauges.len()],
        }
    }
}

/// One number of all pods' samples.
fn fold(gauge: &MetricGauge, growth: &mut Growth, texts: &[(String, String)]) -> Reading {
    let pods = chosen(gauge, texts)?;
    let values = || pods.iter().flat_map(|(_, samples)| samples.iter().map(|sample| sample.value));
    let labels = labels(&gauge.labels);
    let none = || format!("no pod of {} has counted {}{labels} yet", gauge.of, gauge.name);
    match gauge.fold {
        // Labels that were not met yet were met zero times: the metric itself is there.
        Fold::Sum => Ok(values().sum()),
        Fold::Max => values().reduce(f64::max).ok_or_else(none),
        Fold::Min => values().reduce(f64::min).ok_or_else(none),
        Fold::Rate => {
            let series = pods.iter().flat_map(|(pod, samples)| {
                samples.iter().map(move |sample| (format!("{pod}{:?}", sample.labels), sample.value))
            });
            growth.per_second(series.collect()).ok_or_else(|| FIRST.to_owned())
        }
    }
}

/// The samples that are meant, by pod; or why the metric is not what the gauge's author takes it for.
fn chosen<'a>(gauge: &MetricGauge, texts: &'a [(String, String)]) -> Result<Vec<(&'a str, Vec<Sample>)>, String> {
    let MetricGauge { name, of, labels: wanted, .. } = gauge;
    let mut pods: Vec<_> = texts.iter().map(|(pod, text)| (pod.as_str(), samples(text, name))).collect();
    let all = || pods.iter().flat_map(|(_, samples)| samples);
    if all().next().is_none() {
        return Err(format!("no pod of {of} serves {name}"));
    }
    // One with labels appears with the first thing that is counted; one without is there from the start, or not at all.
    if all().any(|sample| sample.labels.is_empty())
        && let Some((pod, _)) = pods.iter().find(|(_, samples)| samples.is_empty())
    {
        return Err(format!("metrics of pod/{pod} lack {name}"));
    }
    if let Some(label) = wanted.keys().find(|label| !all().any(|sample| sample.labels.contains_key(*label))) {
        let mut known: Vec<_> = all().flat_map(|sample| sample.labels.keys().map(String::as_str)).collect();
        known.sort_unstable();
        known.dedup();
        return Err(format!("{name} has no label `{label}`; it has: {}", known.join(", ")));
    }
    for (_, samples) in &mut pods {
        samples.retain(|sample| sample.has(wanted));
    }
    Ok(pods)
}

/// `{status="503"}`, or nothing.
fn labels(labels: &Labels) -> String {
    let said: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    if said.is_empty() { String::new() } else { format!("{{{}}}", said.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(name: &str, status: Option<&str>, fold: Fold) -> MetricGauge {
        let labels = status.map(|status| ("status".to_owned(), status.to_owned())).into_iter().collect();
        MetricGauge { name: name.into(), of: "payment".into(), labels, fold, scales: false }
    }

    fn once(gauge: &MetricGauge, texts: &[&str]) -> Reading {
        let texts: Vec<_> = texts.iter().enumerate().map(|(n, text)| (format!("p{n}"), (*text).to_owned())).collect();
        fold(gauge, &mut Growth::default(), &texts)
    }

    #[test]
    fn a_fold_is_over_all_pods() {
        let of = |fold| once(&gauge("waiting", None, fold), &["waiting 3\n", "waiting 5\n"]);
        assert_eq!((of(Fold::Sum), of(Fold::Max), of(Fold::Min)), (Ok(8.0), Ok(5.0), Ok(3.0)));
        assert_eq!(of(Fold::Rate), Err(FIRST.to_owned()));
    }

    #[test]
    fn a_metric_that_a_pod_lacks_is_no_zero() {
        let waiting = gauge("waiting", None, Fold::Sum);
        assert_eq!(once(&waiting, &["", ""]).unwrap_err(), "no pod of payment serves waiting");
        assert_eq!(once(&waiting, &["waiting 3\n", "size 3\n"]).unwrap_err(), "metrics of pod/p1 lack waiting");
    }

    #[test]
    fn what_was_never_counted_under_a_label_is_zero_and_a_label_that_is_none_is_not() {
        const TEXT: &str = "http_requests_total{status=\"200\"} 9\n";
        let errors = |fold| once(&gauge("http_requests_total", Some("503"), fold), &[TEXT, ""]);
        assert_eq!(errors(Fold::Sum), Ok(0.0));
        assert!(errors(Fold::Max).unwrap_err().contains("http_requests_total{status=\"503\"} yet"));
        let mut typo = gauge("http_requests_total", None, Fold::Sum);
        typo.labels.insert("stauts".into(), "503".into());
        let why = once(&typo, &[TEXT]).unwrap_err();
        assert_eq!(why, "http_requests_total has no label `stauts`; it has: status");
        assert!(once(&gauge("http_request_total", Some("503"), Fold::Sum), &[TEXT]).is_err());
    }
}
