//! How much counters grow a second.
//!
//! **Invariant**: each counter by itself: a pod that goes takes nothing away, and one that comes began at zero.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

/// A rate is over the readings of this long: over a single second a rare event would be a spike.
const WINDOW: Duration = Duration::from_secs(5);

/// What has been counted so far.
#[derive(Default)]
pub(super) struct Growth {
    /// The counters as last read; `None` before the first reading.
    last: Option<BTreeMap<String, f64>>,
    /// What all of them grew by since the first reading.
    total: f64,
    /// Earlier totals, the oldest first.
    totals: VecDeque<(Instant, f64)>,
}

impl Growth {
    /// The rate, given each counter as it is now; `None` for the first reading.
    pub(super) fn per_second(&mut self, now: BTreeMap<String, f64>) -> Option<f64> {
        let at = Instant::now();
        if let Some(last) = &self.last {
            self.total += now.iter().map(|(name, count)| grown(last.get(name).copied(), *count)).sum::<f64>();
        }
        self.last = Some(now);
        while self.totals.len() > 1 && self.totals.front().is_some_and(|(then, _)| at.duration_since(*then) > WINDOW) {
            self.totals.pop_front();
        }
        let oldest = self.totals.front().copied();
        self.totals.push_back((at, self.total));
        let (then, total) = oldest?;
        Some((self.total - total) / at.duration_since(then).as_secs_f64().max(1e-3))
    }
}

/// What a counter grew by; one that became smaller was reset, and one that is new began since the last reading.
fn grown(before: Option<f64>, now: f64) -> f64 {
    match before {
        Some(before) if now >= before => now - before,
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn after(growth: &mut Growth, seconds: u64, now: &[(&str, f64)]) -> Option<f64> {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        growth.per_second(now.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn a_counter_that_was_reset_began_again() {
        let mut growth = Growth::default();
        assert_eq!(after(&mut growth, 0, &[("a", 100.0)]).await, None);
        assert_eq!(after(&mut growth, 2, &[("a", 130.0)]).await, Some(15.0));
        assert_eq!(after(&mut growth, 2, &[("a", 10.0)]).await, Some(10.0), "30 and then 10 in 4 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pod_that_goes_is_no_reset_of_the_others() {
        let mut growth = Growth::default();
        after(&mut growth, 0, &[("a", 10_000.0), ("b", 10_000.0)]).await;
        let rate = after(&mut growth, 1, &[("a", 10_020.0), ("c", 5.0)]).await;
        assert_eq!(rate, Some(25.0), "b is gone with what it had counted, c is new");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_over_the_last_readings_only() {
        let mut growth = Growth::default();
        after(&mut growth, 0, &[("a", 0.0)]).await;
        for _ in 0..3 {
            after(&mut growth, 1, &[("a", 600.0)]).await;
        }
        assert_eq!(after(&mut growth, 1, &[("a", 600.0)]).await, Some(150.0));
        for _ in 0..6 {
            after(&mut growth, 1, &[("a", 600.0)]).await;
        }
        assert_eq!(after(&mut growth, 1, &[("a", 600.0)]).await, Some(0.0));
    }
}
