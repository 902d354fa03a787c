//! What this process counts, in Prometheus' text format.
//!
//! **Invariant:** a label never holds what a customer sent: routes are templates, statuses are numbers.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// Buckets in seconds: fine around a healthy answer, coarse up to the longest deadline.
const BUCKETS: [f64; 13] = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 2.0, 5.0];

/// The metrics of one process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    /// Records consumed from Kafka, by topic and outcome.
    pub(crate) records: IntCounterVec,
    /// Calls to another service that were made again, by service.
    pub(crate) retries: IntCounterVec,
    /// Requests being answered right now.
    pub(crate) in_flight: IntGauge,
}

impl Metrics {
    /// Registers what every role counts.
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "requests answered, by route and status"),
            &["route", "status"],
        )?;
        let latency = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", "time to answer, by route").buckets(BUCKETS.to_vec()),
            &["route"],
        )?;
        let records = IntCounterVec::new(
            Opts::new("kafka_records_total", "records read or written, by topic and outcome"),
            &["topic", "outcome"],
        )?;
        let retries = IntCounterVec::new(
            Opts::new("peer_retries_total", "calls to another service that were made again, by service"),
            &["service"],
        )?;
        let in_flight = IntGauge::new("http_requests_in_flight", "requests being answered right now")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(latency.clone()))?;
        registry.register(Box::new(records.clone()))?;
        registry.register(Box::new(retries.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        Ok(Self { registry, requests, latency, records, retries, in_flight })
    }

    /// Says for ever which release of which service this process is.
    pub(crate) fn released(&self, service: &str, version: &str) -> Result<(), prometheus::Error> {
        let options = Opts::new("release_info", "the release that this process is; always 1")
            .const_label("service", service)
            .const_label("version", version);
        let gauge = IntGauge::with_opts(options)?;
        gauge.set(1);
        self.registry.register(Box::new(gauge))
    }

    /// Counts one answer.
    pub(crate) fn answered(&self, route: &str, status: u16, took: Duration) {
        // Three digits fit the stack: this runs for every request.
        let digits = [b'0' + (status / 100 % 10) as u8, b'0' + (status / 10 % 10) as u8, b'0' + (status % 10) as u8];
        let status = std::str::from_utf8(&digits).unwrap_or("000");
        self.requests.with_label_values(&[route, status]).inc();
        self.latency.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// A gauge of this process.
    pub(crate) fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        let gauge = IntGauge::new(name, help)?;
        self.registry.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    }

    /// A counter of this process.
    pub(crate) fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        let counter = IntCounter::new(name, help)?;
        self.registry.register(Box::new(counter.clone()))?;
        Ok(counter)
    }

    /// Adds a collector that reads its values when it is asked.
    pub(crate) fn collect(
        &self,
        collector: impl prometheus::core::Collector + 'static,
    ) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(collector))
    }

    /// All metrics as text.
    pub(crate) fn text(&self) -> String {
        let mut buffer = Vec::with_capacity(8 * 1024);
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut buffer) {
            tracing::error!(%error, "metrics cannot be written");
        }
        String::from_utf8(buffer).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_says_which_release_it_is() {
        let metrics = Metrics::new().unwrap();
        metrics.released("payment", "2.8.1").unwrap();
        assert!(metrics.text().contains(r#"release_info{service="payment",version="2.8.1"} 1"#), "{}", metrics.text());
    }

    #[test]
    fn a_peer_that_was_never_called_again_counts_zero() {
        let metrics = Metrics::new().unwrap();
        let _ = metrics.retries.with_label_values(&["payment"]);
        assert!(metrics.text().contains(r#"peer_retries_total{service="payment"} 0"#));
    }
}
