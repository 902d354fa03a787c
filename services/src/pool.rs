//! The pool of database connections, with a bounded wait and numbers that say how it is doing.
//!
//! **Invariant:** nobody waits for a connection longer than `wait`, and everybody who waits is counted once per request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, PoolError, QueueMode, RecyclingMethod, Runtime, Timeouts};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounter, IntGauge};
use tokio_postgres::NoTls;

use crate::config::{self, ConfigError};
use crate::failure::{Failure, describe};
use crate::host::Host;
use crate::log::Limit;

/// Connections to PostgreSQL, shared by the requests of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    inner: deadpool_postgres::Pool,
    waiting: IntGauge,
    timeouts: IntCounter,
    wait: Duration,
    limit: Arc<Limit>,
}

/// One request in the eyes of the pool: it waits or it does not, however many connections it asks for.
pub(crate) struct Waiter {
    pending: AtomicU32,
    waiting: IntGauge,
}

impl Pool {
    /// A pool as the environment describes it; connections are opened when they are first needed.
    pub(crate) fn from_env(host: &Host) -> Result<Self, ConfigError> {
        let url = config::required("DATABASE_URL")?;
        let wait = config::millis("DB_POOL_WAIT_MS", 500)?;
        let size = config::number("DB_POOL_SIZE", 4_usize)?;
        let config = url.parse().map_err(|_| ConfigError::Malformed {
            name: "DATABASE_URL",
            // The value holds a password.
            value: "(hidden)".to_owned(),
            expected: "a PostgreSQL URL",
        })?;
        Self::open(host, config, size, wait).map_err(|error| ConfigError::Setup(format!("the pool: {error}")))
    }

    fn open(
        host: &Host,
        mut config: tokio_postgres::Config,
        size: usize,
        wait: Duration,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        config
            .application_name(host.role)
            .connect_timeout(Duration::from_secs(2))
            .keepalives_idle(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(5))
            // A statement must not outlive the request that sent it. Tables start empty: a plan made then must not scan
            // what is a large table an hour later. No query here is worth compiling.
            .options("-c statement_timeout=1500 -c enable_seqscan=off -c jit=off");
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let timeouts =
            Timeouts { wait: Some(wait), create: Some(Duration::from_secs(2)), recycle: Some(Duration::from_secs(1)) };
        let inner = deadpool_postgres::Pool::builder(manager)
            .max_size(size)
            // The connection used last has its statements and its backend's memory still warm.
            .queue_mode(QueueMode::Lifo)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()?;
        let metrics = &host.metrics;
        let pool = Self {
            waiting: metrics.gauge("db_pool_waiting_requests", "requests that wait for a database connection")?,
            timeouts: metrics
                .counter("db_pool_timeouts_total", "waits for a database connection that were given up")?,
            limit: Arc::new(Limit::new()),
            inner,
            wait,
        };
        metrics.collect(Usage::new(pool.inner.clone())?)?;
        Ok(pool)
    }

    /// The pool's view of a new request.
    pub(crate) fn waiter(&self) -> Waiter {
        Waiter { pending: AtomicU32::new(0), waiting: self.waiting.clone() }
    }

    /// A connection for a request that needs one.
    pub(crate) async fn get(&self) -> Result<Object, Failure> {
        self.get_for(&self.waiter()).await
    }

    /// A connection for a request that may need several.
    pub(crate) async fn get_for(&self, waiter: &Waiter) -> Result<Object, Failure> {
        let turn = waiter.wait();
        let connection = self.inner.get().await;
        drop(turn);
        connection.map_err(|error| match error {
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => self.timed_out(),
            other => Failure::Database(describe(&other)),
        })
    }

    fn timed_out(&self) -> Failure {
        self.timeouts.inc();
        if let Some(suppressed) = self.limit.pass() {
            let status = self.inner.status();
            let waited_ms = u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX);
            let request_id = crate::server::request_id();
            let request_id = request_id.as_ref().and_then(|id| id.to_str().ok());
            tracing::error!(
                waited_ms,
                pool_size = status.max_size,
                pool_in_use = status.size.saturating_sub(status.available),
                requests_waiting = self.waiting.get(),
                request_id,
                suppressed,
                "timed out waiting for a database connection"
            );
        }
        Failure::PoolTimeout
    }
}

/// Counted as waiting until it is dropped.
struct Turn<'a>(&'a Waiter);

impl Waiter {
    fn wait(&self) -> Turn<'_> {
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
struct Usage {
    pool: deadpool_postgres::Pool,
    size: IntGauge,
    in_use: IntGauge,
}

impl Usage {
    fn new(pool: deadpool_postgres::Pool) -> Result<Self, prometheus::Error> {
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
        let (one, other) = (
            Waiter { pending: AtomicU32::new(0), waiting: waiting.clone() },
            Waiter { pending: AtomicU32::new(0), waiting: waiting.clone() },
        );
        let turns: Vec<_> = (0..15).map(|_| one.wait()).collect();
        let turn = other.wait();
        assert_eq!(waiting.get(), 2);
        drop(turns);
        assert_eq!(waiting.get(), 1);
        drop(turn);
        assert_eq!(waiting.get(), 0);
    }
}
