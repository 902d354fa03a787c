//! The requests of one second, until all of them are settled.
//!
//! **Invariant**: what was intended and what was settled are counted apart; a window is made only when they are equal.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;

use super::failure::Failure;
use crate::model::{
    units::Span,
    window::{BadRun, Window},
};

/// Longest latency that is told apart, in microseconds: far above every timeout.
const LONGEST_US: u64 = 120_000_000;

/// One second of one kind of customers.
pub(super) struct Second {
    pub(super) intended: u64,
    pub(super) settled: u64,
    pub(super) ok: u64,
    pub(super) reasons: BTreeMap<Failure, u64>,
    pub(super) latency: Histogram<u32>,
    pub(super) lag: Histogram<u32>,
    /// Good ones within each bound.
    pub(super) within: Vec<u64>,
    /// When each request was meant to be sent, and whether it was a good one.
    pub(super) requests: Vec<(Duration, bool)>,
    /// When each was meant to be sent, settled or not.
    pub(super) due: Vec<Duration>,
}

impl Second {
    pub(super) fn new() -> Self {
        Self {
            intended: 0,
            settled: 0,
            ok: 0,
            reasons: BTreeMap::new(),
            latency: histogram(3),
            // The lag answers one question, whether the generator can be trusted: two digits do.
            lag: histogram(2),
            within: Vec::new(),
            requests: Vec::new(),
            due: Vec::new(),
        }
    }

    pub(super) fn window(self, bounds: &[Span], from: Duration, to: Duration) -> Window {
        let (bad, bad_cut) = bad_runs(self.requests);
        let counts = self.within.into_iter().chain(std::iter::repeat(0));
        Window {
            from_s: from.as_secs_f64(),
            to_s: to.as_secs_f64(),
            intended: self.intended,
            ok: self.ok,
            failed: self.settled - self.ok,
            reasons: self.reasons.into_iter().map(|(failure, count)| (failure.to_string(), count)).collect(),
            within: bounds.iter().zip(counts).map(|(bound, count)| (bound.to_string(), count)).collect(),
            bad,
            bad_cut,
            p50_ms: millis(self.latency.value_at_quantile(0.50)),
            p99_ms: millis(self.latency.value_at_quantile(0.99)),
            max_ms: millis(self.latency.max()),
            lag_p99_ms: millis(self.lag.value_at_quantile(0.99)),
        }
    }
}

/// Runs of bad requests, in the order in which they were meant to be sent; whether there were too many of them.
fn bad_runs(mut requests: Vec<(Duration, bool)>) -> (Vec<BadRun>, bool) {
    requests.sort_unstable_by_key(|(at, _)| *at);
    let mut runs: Vec<BadRun> = Vec::new();
    let mut open = false;
    for (at, good) in requests {
        let at_s = at.as_secs_f64();
        match runs.last_mut().filter(|_| open) {
            Some(run) if good => run.good_s = Some(at_s),
            Some(run) => {
                run.last_s = at_s;
                run.count += 1;
            }
            None if !good => {
                if runs.len() == Window::MOST_RUNS {
                    return (runs, true);
                }
                runs.push(BadRun { from_s: at_s, last_s: at_s, good_s: None, count: 1 });
            }
            None => {}
        }
        open = !good;
    }
    (runs, false)
}

/// Bounds that are constants and valid: the fallback is never taken.
fn histogram(digits: u8) -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST_US, digits).unwrap_or_else(|_| unreachable!("constant bounds are valid"))
}

pub(super) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "at most two minutes in microseconds")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}
