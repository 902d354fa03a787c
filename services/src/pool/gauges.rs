//! The pool in numbers: who waits, how large it is, how much of it is held.
//!
//! **Invariant:** a request that waits for fifteen connections is one request that waits.

use std::sync::atomic::{AtomicU32, Ordering};

use deadpool::managed::Pool;
use prometheus::IntGauge;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::opening::Opening;

/// One request in the eyes of the pool: it waits or it does not, however many connections it asks for.
pub(crate) struct Waiter {
    pending: AtomicU32,
    waiting: IntGauge,
}

/// Counted as waiting until it is dropped.
pub(super) struct Turn<'a>(&'a Waiter);

impl Waiter {
    pub(super) fn new(waiting: &IntGauge) -> Self {
        Self { pending: AtomicU32::new(0), waiting: waiting.clone() }
    }

    /// From now until the turn is dropped, the request waits.
    pub(super) fn wait(&self) -> Turn<'_> {
        if self.pending.fetch_add(1, Ordering::Relaxed) == 0 {
            self.waiting.inc();
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.0.pending.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.waiting.dec();
        }
    }
}

/// Reads size and use from the pool itself when metrics are asked for, so that they cannot drift.
pub(super) struct Usage {
    pool: Pool<Opening>,
    size: IntGauge,
    in_use: IntGauge,
}

impl Usage {
    pub(super) fn new(pool: Pool<Opening>) -> Result<Self, prometheus::Error> {
        let size = IntGauge::new("db_pool_size", "most connections that the pool opens")?;
        let in_use = IntGauge::new("db_pool_in_use", "connections that a request holds")?;
        Ok(Self { pool, size, in_use })
    }
}

impl Collector for Usage {
    fn desc(&self) -> Vec<&Desc> {
        [self.size.desc(), self.in_use.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let status = self.pool.status();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.size.set(count(status.max_size));
        self.in_use.set(count(status.size.saturating_sub(status.available)));
        [self.size.collect(), self.in_use.collect()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_waits_for_many_is_one_request() {
        let waiting = IntGauge::new("waiting", "waiting").unwrap();
        let (one, other) = (Waiter::new(&waiting), Waiter::new(&waiting));
        let turns: Vec<_> = (0..15).map(|_| one.wait()).collect();
        let turn = other.wait();
        assert_eq!(waiting.get(), 2);
        drop(turns);
        assert_eq!(waiting.get(), 1);
        drop(turn);
        assert_eq!(waiting.get(), 0);
    }
}
