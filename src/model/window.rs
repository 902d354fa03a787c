//! A second of traffic, as its customers saw it.
//!
//! **Invariant**: `intended = ok + failed`; a request that never answered is failed, and nothing is left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::units::Span;

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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
    /// Of the good ones, those that were there within a bound: `300ms` → how many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub within: BTreeMap<String, u64>,
    /// Runs of failed requests without a good one between them, by intended time: onset and end of an outage are known to
    /// the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bad: Vec<BadRun>,
    /// There were more runs than are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bad_cut: bool,
    /// Median latency of all requests, milliseconds from the intended send time.
    pub p50_ms: f64,
    /// 99th percentile of it.
    pub p99_ms: f64,
    /// Largest.
    pub max_ms: f64,
    /// 99th percentile of how late the generator itself sent, milliseconds.
    pub lag_p99_ms: f64,
}

/// Failed requests without a good one between them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BadRun {
    /// When the first of them was meant to be sent, seconds since the run began.
    pub from_s: f64,
    /// When the last of them was.
    pub last_s: f64,
    /// When the good one after them was; none where the window ended before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_s: Option<f64>,
    /// How many.
    pub count: u64,
}

impl Window {
    /// How many runs of bad requests are kept.
    pub const MOST_RUNS: usize = 200;

    /// Share of intended requests that were answered as promised; `None` when none was intended.
    #[expect(clippy::cast_precision_loss, reason = "counts of a second stay far below 2^52")]
    pub fn success(&self) -> Option<f64> {
        (self.intended > 0).then(|| self.ok as f64 / self.intended as f64)
    }

    /// Requests that were answered as promised, within the bound where there is one.
    pub fn good(&self, bound: Option<Span>) -> u64 {
        bound.map_or(self.ok, |bound| self.within(bound))
    }

    /// Requests that were answered as promised within a bound. A bound that nobody counted has none.
    pub fn within(&self, bound: Span) -> u64 {
        self.within.get(&bound.to_string()).copied().unwrap_or_default()
    }
}
