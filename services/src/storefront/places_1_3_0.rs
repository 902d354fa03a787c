//! Release 1.3.0: nobody is sent away. A checkout that has begun is finished, also when its customer has left; a service that
//! is slow is waited for and asked until it answers; and so that this needs a bounded memory, requests take one of 32 places.
//!
//! **Invariant**: a place is held for as long as its request is worked on, and whoever waits is served in order of arrival.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::{self, ConfigError};
use crate::failure::Failure;
use crate::host::Host;
use crate::peer::Retries;
use crate::server;

/// Requests that are worked on at one time.
const PLACES: usize = 32;
/// Before a service is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// The places, and who is in them.
pub(super) struct Places {
    all: Arc<Semaphore>,
    checkouts: Arc<Semaphore>,
    taken: IntGauge,
    waiting: IntGauge,
}

/// Counted for as long as it is there.
struct Counted(IntGauge);

impl Counted {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Whatever came instead of an answer, the call is made again; `PEER_RETRIES` bounds it.
pub(super) fn rule() -> Result<Retries, ConfigError> {
    Retries::from_env(u32::MAX, |_, _| Some(PAUSE))
}

impl Places {
    /// All of them free. `CHECKOUT_MAX_IN_FLIGHT` leaves fewer of them to checkouts.
    pub(super) fn from_env(host: &Host) -> Result<Self, ConfigError> {
        let gauge = |name, help| {
            host.metrics.gauge(name, help).map_err(|error| ConfigError::Setup(format!("metrics: {error}")))
        };
        Ok(Self {
            all: Arc::new(Semaphore::new(PLACES)),
            checkouts: Arc::new(Semaphore::new(config::number("CHECKOUT_MAX_IN_FLIGHT", PLACES)?)),
            taken: gauge("places_taken", "requests that are worked on, of 32 at most")?,
            waiting: gauge("places_waiting_requests", "requests that wait for a place")?,
        })
    }

    /// Works in a place, as soon as there is one; goes on with it when the caller leaves.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        self.in_place(None, work).await
    }

    /// The same for a checkout; where all places of checkouts are taken it is refused.
    pub(super) async fn check_out<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        if self.checkouts.available_permits() == 0 && self.all.available_permits() > 0 {
            return Err(Failure::Busy);
        }
        let turn = Arc::clone(&self.checkouts).acquire_owned().await.map_err(|_| Failure::Busy)?;
        self.in_place(Some(turn), work).await
    }

    async fn in_place<T: Send + 'static>(
        &self,
        turn: Option<OwnedSemaphorePermit>,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        let waits = Counted::new(&self.waiting);
        let place = Arc::clone(&self.all).acquire_owned().await.map_err(|_| Failure::Busy)?;
        drop(waits);
        let taken = Counted::new(&self.taken);
        let id = server::request_id().unwrap_or(HeaderValue::from_static("none"));
        let worked = tokio::spawn(async move {
            let _held = (place, turn, taken);
            server::on_behalf_of(id, work).await
        });
        worked.await.unwrap_or(Err(Failure::Busy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> (Host, Places) {
        let host = Host::from_env("storefront").unwrap();
        let places = Places::from_env(&host).unwrap();
        (host, places)
    }

    async fn never() -> Result<(), Failure> {
        std::future::pending().await
    }

    #[tokio::test(start_paused = true)]
    async fn work_goes_on_when_the_caller_leaves_and_keeps_its_place() {
        let (_, places) = places();
        for _ in 0..PLACES {
            assert!(tokio::time::timeout(PAUSE, places.check_out(never())).await.is_err());
        }
        assert_eq!((places.taken.get(), places.waiting.get()), (32, 0));
        assert!(tokio::time::timeout(PAUSE, places.work(async { Ok(()) })).await.is_err(), "no place is left");
        assert_eq!((places.taken.get(), places.waiting.get()), (32, 0), "who left does not wait");
    }

    #[tokio::test(start_paused = true)]
    async fn checkouts_that_have_their_own_bound_leave_places_to_others() {
        let (_, mut places) = places();
        places.checkouts = Arc::new(Semaphore::new(2));
        for _ in 0..2 {
            assert!(tokio::time::timeout(PAUSE, places.check_out(never())).await.is_err());
        }
        assert!(matches!(places.check_out(never()).await, Err(Failure::Busy)));
        assert!(places.work(async { Ok(()) }).await.is_ok());
    }

    #[test]
    fn a_call_is_made_again_whatever_came_instead_of_an_answer() {
        use crate::peer::Miss;
        let rule = rule().unwrap();
        assert!([Miss::Late, Miss::Unavailable, Miss::Broken].iter().all(|miss| rule.next(*miss, 1000) == Some(PAUSE)));
        assert_eq!(rule.with(0).next(Miss::Late, 0), None);
    }
}
