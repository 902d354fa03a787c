//! The pool of database connections, with a bounded wait and numbers that say how it is doing.
//!
//! **Invariant:** nobody waits for a connection longer than `wait`, and everybody who waits is counted once per request.

mod gauges;
mod opening;

use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Object, PoolError, QueueMode, TimeoutType, Timeouts};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod};
use prometheus::{IntCounter, IntGauge};
use tokio_postgres::NoTls;
use tokio_postgres::config::TargetSessionAttrs;

use self::gauges::Usage;
pub(crate) use self::gauges::Waiter;
use self::opening::Opening;
use crate::config::{self, ConfigError};
use crate::failure::{Failure, describe};
use crate::host::Host;
use crate::log::Limit;

/// Connections to PostgreSQL, shared by the requests of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    inner: managed::Pool<Opening>,
    waiting: IntGauge,
    timeouts: IntCounter,
    wait: Duration,
    limit: Arc<Limit>,
}

impl Pool {
    /// A pool as the environment describes it; connections are opened when they are first needed.
    pub(crate) fn from_env(host: &Host) -> Result<Self, ConfigError> {
        Self::from_env_or(host, 4)
    }

    /// The same, of another size where the environment tells none.
    pub(crate) fn from_env_or(host: &Host, size: usize) -> Result<Self, ConfigError> {
        let url = config::required("DATABASE_URL")?;
        let wait = config::millis("DB_POOL_WAIT_MS", 500)?;
        let size = config::number("DB_POOL_SIZE", size)?;
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
            // After a failover the old primary may still answer; it is of no use.
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(Duration::from_secs(2))
            .keepalives_idle(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(5))
            // A statement must not outlive the request that sent it. Tables start empty: a plan made then must not scan
            // what is a large table an hour later. No query here is worth compiling.
            .options("-c statement_timeout=1500 -c enable_seqscan=off -c jit=off");
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let timeouts =
            Timeouts { wait: Some(wait), create: Some(Duration::from_secs(2)), recycle: Some(Duration::from_secs(1)) };
        let inner = managed::Pool::builder(Opening::new(manager))
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
        Waiter::new(&self.waiting)
    }

    /// A connection for a request that needs one.
    pub(crate) async fn get(&self) -> Result<Object<Opening>, Failure> {
        self.get_for(&self.waiter()).await
    }

    /// A connection for a request that may need several.
    pub(crate) async fn get_for(&self, waiter: &Waiter) -> Result<Object<Opening>, Failure> {
        let turn = waiter.wait();
        let connection = self.inner.get().await;
        drop(turn);
        connection.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => self.timed_out(),
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

#[cfg(test)]
impl Pool {
    /// A pool of a database that is not there, for tests.
    pub(crate) fn of_nothing(host: &Host) -> Self {
        let config = "postgres://nobody@127.0.0.1:1/nothing".parse().unwrap();
        Self::open(host, config, 1, Duration::from_millis(100)).unwrap()
    }
}
