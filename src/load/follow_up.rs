//! What customers ask about later: a promise that falls due, and was kept or not.
//!
//! **Invariant**: it counts in the second in which it falls due, however early it was kept; asked at a quarter, at half and at
//! the whole of its time, through the front door.

use std::{cell::RefCell, rc::Rc, time::Duration};

use tokio::{
    task::spawn_local,
    time::{Instant, sleep_until, timeout},
};

use super::{
    book::{Book, Settled},
    connections::{Connections, Dial},
    failure::Failure,
    lane::Lane,
    request::said_order,
};
use crate::model::{customers::Promise, units::Span, window::Window};

/// One promise of one kind of customers.
pub(super) struct FollowUp {
    probe: String,
    promise: Promise,
    within: Duration,
    book: RefCell<Book>,
}

impl FollowUp {
    pub(super) fn new(name: &str, promise: Promise, within: Span) -> Self {
        Self { probe: format!("{name}.{promise}"), promise, within: within.0, book: RefCell::new(Book::new(&[])) }
    }

    /// Windows that are complete.
    pub(super) fn windows(&self, now: Duration) -> Vec<(String, Window)> {
        std::iter::from_fn(|| self.book.borrow_mut().next(now)).map(|window| (self.probe.clone(), window)).collect()
    }

    pub(super) fn close(&self, now: Duration) {
        self.book.borrow_mut().close(now);
    }

    pub(super) fn unsettled(&self) -> u64 {
        self.book.borrow().unsettled()
    }

    /// A promise was given at `intended`: ask after it until it is kept or falls due.
    pub(super) fn begin<D: Dial>(
        lane: &Rc<Lane>,
        index: usize,
        order: String,
        intended: Duration,
        zero: Instant,
        connections: &Rc<Connections<D>>,
    ) {
        let Some(follow_up) = lane.follow_ups.get(index) else { return };
        let due = intended + follow_up.within;
        follow_up.book.borrow_mut().intend(due);
        let (lane, connections) = (Rc::clone(lane), Rc::clone(connections));
        spawn_local(async move {
            let Some(follow_up) = lane.follow_ups.get(index) else { return };
            let mut result = Err(Failure::Broken);
            let (mut lag, mut latency) = (Duration::ZERO, follow_up.within);
            for quarter in [1, 2, 4] {
                let at = zero + intended + follow_up.within * quarter / 4;
                sleep_until(at).await;
                lag = at.elapsed();
                let asked = timeout(lane.timeout, connections.exchange(lane.requests.look_up(&order))).await;
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
            follow_up.book.borrow_mut().settle(&settled);
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
