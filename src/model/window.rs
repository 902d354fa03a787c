//! A second of traffic, as its customers saw it.
//!
//! **Invariant**: `intended = ok + failed`; a request that never answered is failed, and nothing is left out.

use serde::{Deserialize, Serialize};

/// What became of the requests that were *meant to be sent* within one window.
///
/// Open loop: latency counts from the intended send time, so a stalled system cannot hide its own queue
/// (Tene, "How NOT to Measure Latency"; coordinated omission).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Seconds since the run began, start of the window.
    pub from_s: f64,
    /// Seconds since the run began, end of the window.
    pub to_s: f64,
    /// Requests whose intended send time lies in the window.
    pub intended: u64,
    /// Answered with the promised status in time.
    pub ok: u64,
    /// Everything else: refused, wrong status, timed out, never answered, never sent.
    pub failed: u64,
    /// Failures by kind: `503`, `timeout`, `connect` …
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub reasons: std::collections::BTreeMap<String, u64>,
    /// Median latency of all requests, milliseconds from the intended send time.
    pub p50_ms: f64,
    /// 99th percentile of it.
    pub p99_ms: f64,
    /// Largest.
    pub max_ms: f64,
    /// 99th percentile of how late the generator itself sent, milliseconds.
    pub lag_p99_ms: f64,
}

impl Window {
    /// Share of intended requests that were answered as promised; `None` when none was intended.
    #[expect(clippy::cast_precision_loss, reason = "counts of a second stay far below 2^52")]
    pub fn success(&self) -> Option<f64> {
        (self.intended > 0).then(|| self.ok as f64 / self.intended as f64)
    }
}
