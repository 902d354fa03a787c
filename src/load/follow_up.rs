//! What customers ask about later: a promise that falls due, and was kept or not.
//!
//! **Invariant**: it counts in the second in which it falls due, however early it was kept; asked at a quarter, at half and at
//! the whole of its time, through the front door.

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::spawn_local,
    time::{Instant, sleep_until, timeout},
};

use super::{
    answers::lock,
    connections::{Connections, Dial},
    failure::Failure,
    request::{Requests, said_order},
    tally::{Settled, Tally},
};
use crate::model::{customers::Promise, units::Span, window::Window};

/// One promise of one kind of customers.
pub(super) struct FollowUp {
    probe: String,
    promise: Promise,
    within: Duration,
    /// How long one question waits.
    timeout: Duration,
    requests: Arc<Requests>,
    tally: Mutex<Tally>,
}

impl FollowUp {
    pub(super) fn new(
        name: &str,
        (promise, within): (Promise, Span),
        timeout: Duration,
        requests: &Arc<Requests>,
    ) -> Arc<Self> {
        let (probe, tally) = (format!("{name}.{promise}"), Mutex::new(Tally::new(&[])));
        Arc::new(Self { probe, promise, within: within.0, timeout, requests: Arc::clone(requests), tally })
    }

    /// Windows that are complete.
    pub(super) fn windows(&self, now: Duration) -> Vec<(String, Window)> {
        std::iter::from_fn(|| lock(&self.tally).next(now)).map(|window| (self.probe.clone(), window)).collect()
    }

    pub(super) fn close(&self, now: Duration) {
        lock(&self.tally).close(now);
    }

    pub(super) fn unsettled(&self) -> u64 {
        lock(&self.tally).unsettled()
    }

    /// A promise was given at `intended`: ask after it until it is kept or falls due.
    pub(super) fn begin<D: Dial>(
        self: &Arc<Self>,
        order: String,
        intended: Duration,
        zero: Instant,
        connections: &Rc<Connections<D>>,
    ) {
        let due = intended + self.within;
        lock(&self.tally).intend(due);
        let (follow_up, connections) = (Arc::clone(self), Rc::clone(connections));
        spawn_local(async move {
            let mut result = Err(Failure::Broken);
            let (mut lag, mut latency) = (Duration::ZERO, follow_up.within);
            for quarter in [1, 2, 4] {
                let at = zero + intended + follow_up.within * quarter / 4;
                sleep_until(at).await;
                lag = at.elapsed();
                let asked = timeout(follow_up.timeout, connections.exchange(follow_up.requests.look_up(&order))).await;
                result = match asked {
                    Ok(Ok(answer)) if answer.status.is_success() => kept(follow_up.promise, &answer.body),
                    Ok(Ok(answer)) => Err(Failure::Status(answer.status.as_u16())),
                    Ok(Err(failure)) => Err(failure),
                    Err(_) => Err(Failure::Timeout),
                };
                if result.is_ok() {
                    latency = (zero + intended).elapsed();
                    break;
                }
            }
            // Not before it is due: what falls due after the customers have left is dropped, kept or not.
            sleep_until(zero + due).await;
            let settled = Settled { intended: due, lag, latency, result };
            lock(&follow_up.tally).settle(&settled);
        });
    }
}

fn kept(promise: Promise, body: &[u8]) -> Result<(), Failure> {
    let order = said_order(body).ok_or(Failure::Garbled)?;
    match promise {
        Promise::Visible => Ok(()),
        Promise::Parcel if order.status == "delivered" => Ok(()),
        Promise::Parcel => Err(Failure::Broken),
    }
}
