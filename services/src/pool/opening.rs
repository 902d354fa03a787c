//! Opening a connection, so that a database that refuses is not asked by every request.
//!
//! Each refused connection costs PostgreSQL a process, started and ended. A pool larger than the database accepts would otherwise
//! ask once for every request that finds no connection: hundreds of processes a second, and the machine has time for nothing
//! else. Pools in the field bound this (`HikariCP` opens connections one after another, and waits after a failure).
//!
//! **Invariant:** at most `AT_ONCE` connections are being opened; after a refusal nobody asks for `PAUSE`, and then one asks first.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::{ClientWrapper, Manager};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Connections that one process opens at the same time.
const AT_ONCE: usize = 8;
/// How long a refusal stands for all who ask.
const PAUSE: Duration = Duration::from_millis(100);

/// Why there is no new connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The database, or the way to it, said no.
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
    /// It said no a moment ago, and was not asked again.
    #[error("the database refused a connection less than {} ms ago", PAUSE.as_millis())]
    JustRefused,
}

/// Opens connections for the pool.
pub(crate) struct Opening {
    inner: Manager,
    turns: Semaphore,
    gate: Gate,
}

impl Opening {
    pub(super) fn new(inner: Manager) -> Self {
        Self { inner, turns: Semaphore::new(AT_ONCE), gate: Gate::default() }
    }
}

impl managed::Manager for Opening {
    type Type = ClientWrapper;
    type Error = OpenError;

    async fn create(&self) -> Result<ClientWrapper, OpenError> {
        // Never closed; if it were, nothing would be bounded, and nothing worse.
        let _turn = self.turns.acquire().await;
        if !self.gate.lets_in() {
            return Err(OpenError::JustRefused);
        }
        let opened = self.inner.create().await;
        self.gate.came(opened.is_ok());
        Ok(opened?)
    }

    async fn recycle(&self, client: &mut ClientWrapper, metrics: &Metrics) -> RecycleResult<OpenError> {
        self.inner.recycle(client, metrics).await.map_err(|error| match error {
            RecycleError::Message(message) => RecycleError::Message(message),
            RecycleError::Backend(error) => RecycleError::Backend(error.into()),
        })
    }

    fn detach(&self, client: &mut ClientWrapper) {
        self.inner.detach(client);
    }
}

/// Shut for a while by a refusal; whoever comes next is the one who tries.
#[derive(Default)]
struct Gate {
    shut: Mutex<Option<Instant>>,
}

impl Gate {
    fn lets_in(&self) -> bool {
        let mut shut = self.shut.lock().unwrap_or_else(PoisonError::into_inner);
        match *shut {
            None => true,
            Some(since) if since.elapsed() < PAUSE => false,
            // A try that is given up never reports: the gate stays shut for another pause, not for ever.
            Some(_) => {
                *shut = Some(Instant::now());
                true
            }
        }
    }

    fn came(&self, well: bool) {
        let since = (!well).then(Instant::now);
        *self.shut.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_a_refusal_one_asks_first() {
        let gate = Gate::default();
        assert!(gate.lets_in() && gate.lets_in());
        gate.came(false);
        assert!(!gate.lets_in());
        tokio::time::advance(PAUSE).await;
        assert!(gate.lets_in());
        assert!(!gate.lets_in(), "one asks first");
        gate.came(true);
        assert!(gate.lets_in() && gate.lets_in());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_never_reports_does_not_shut_the_gate_for_ever() {
        let gate = Gate::default();
        gate.came(false);
        tokio::time::advance(PAUSE).await;
        assert!(gate.lets_in());
        tokio::time::advance(PAUSE).await;
        assert!(gate.lets_in());
    }
}
