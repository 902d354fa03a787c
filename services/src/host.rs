//! What every role stands on: settings, metrics, readiness and the signal to stop.
//!
//! **Invariant:** readiness waits only for what is named in `needs`, and stopping is never taken back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::config::{self, ConfigError};
use crate::metrics::Metrics;
use crate::release::Release;

/// The process around a role.
pub(crate) struct Host {
    /// The role's name, as in the logs.
    pub(crate) role: &'static str,
    /// The release of it that this process is.
    pub(crate) release: Release,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// How long to keep serving after the signal to stop.
    pub(crate) drain: Duration,
    /// The longest that a request may take.
    pub(crate) deadline: Duration,
    /// The most requests that are answered at one time; all that come when there is none.
    pub(crate) most_in_flight: Option<i64>,
    /// What this process counts.
    pub(crate) metrics: Metrics,
    needs: Arc<Mutex<Vec<&'static str>>>,
    stop: watch::Sender<bool>,
}

/// One thing that readiness waits for.
pub(crate) struct Need {
    name: &'static str,
    needs: Arc<Mutex<Vec<&'static str>>>,
}

impl Host {
    /// Reads what all roles share.
    pub(crate) fn from_env(role: &'static str) -> Result<Self, Box<dyn std::error::Error>> {
        let listen = config::text("LISTEN", "0.0.0.0:8080");
        let listen = listen.parse().map_err(|_| ConfigError::Malformed {
            name: "LISTEN",
            value: listen.clone(),
            expected: "an address and a port",
        })?;
        let deadline = match role {
            // A checkout is several calls with a deadline of their own.
            "storefront" => 8000,
            // Whoever asks for a whole book waits for it; what the shop asks of them ends by the shop's own patience.
            "bank" | "carrier" => 10_000,
            _ => 2000,
        };
        let release = Release::here(role)?;
        let metrics = Metrics::new()?;
        metrics.released(role, release.version())?;
        Ok(Self {
            role,
            release,
            listen,
            drain: config::millis("DRAIN_MS", 3000)?,
            deadline: config::millis("REQUEST_DEADLINE_MS", deadline)?,
            most_in_flight: config::number_if_set("MAX_IN_FLIGHT")?,
            metrics,
            needs: Arc::default(),
            stop: watch::Sender::new(false),
        })
    }

    /// Makes readiness wait for `name`.
    pub(crate) fn needs(&self, name: &'static str) -> Need {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        Need { name, needs: Arc::clone(&self.needs) }
    }

    /// What readiness still waits for; empty when ready.
    pub(crate) fn waits_for(&self) -> Vec<&'static str> {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the end has begun.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Starts the end: not ready any more, background work finishes.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns when the process was asked to stop.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives in `self`, so this ends only with the value.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

impl Need {
    /// The thing is there.
    pub(crate) fn met(self) {
        let mut needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = needs.iter().position(|name| *name == self.name) {
            needs.swap_remove(at);
        }
        tracing::info!(need = self.name, "ready");
    }
}
