//! One kind of customers, and the life of one request of theirs.
//!
//! **Invariant**: a request that is due is in the tally before it is sent, and leaves it with an outcome, whatever happens.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use tokio::{task::spawn_local, time::Instant};

use super::{
    answers::{Answers, lock},
    connections::{Connections, Dial},
    failure::Failure,
    follow_up::FollowUp,
    request::Requests,
    schedule::Schedule,
    tally::{Settled, Tally},
};
use crate::model::{
    customers::{Customers, Journey, Retries},
    ledger::Outcome,
    receipt::Receipt,
    units::Span,
    window::Window,
};

/// Orders that this run's customers were told of, for those who look one up.
pub(super) type Orders = Rc<RefCell<Vec<String>>>;

/// One kind of customers.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) journey: Journey,
    schedule: Schedule,
    pub(super) requests: Arc<Requests>,
    /// How long one try waits.
    pub(super) timeout: Duration,
    /// How long a request may be under way, with all its tries.
    patience: Duration,
    pub(super) retries: Option<Retries>,
    pub(super) answers: Answers,
    follow_ups: Vec<Arc<FollowUp>>,
    next: Cell<u64>,
    open: Cell<usize>,
    tally: RefCell<Tally>,
}

impl Lane {
    pub(super) fn new(
        name: &str,
        customers: &Customers,
        (baseline, timeout): (Span, Span),
        requests: Requests,
        bounds: &[Span],
        answers: Answers,
    ) -> Self {
        let (requests, wait) = (Arc::new(requests), customers.try_timeout(timeout).0);
        let promises = customers.promises.iter().map(|(promise, within)| (*promise, *within));
        let follow_ups = promises.map(|promise| FollowUp::new(name, promise, wait, &requests)).collect();
        Self {
            name: name.to_owned(),
            journey: customers.journey,
            schedule: Schedule::of(customers, baseline),
            requests,
            timeout: wait,
            patience: customers.patience(timeout).0,
            retries: customers.retries,
            answers,
            follow_ups,
            next: Cell::new(0),
            open: Cell::new(0),
            tally: RefCell::new(Tally::new(bounds)),
        }
    }

    /// The most connections that this kind may hold at once.
    pub(super) fn most_open(&self) -> usize {
        self.schedule.most_open(self.patience)
    }

    /// When the next request is due.
    pub(super) fn next_due(&self) -> Duration {
        self.schedule.intended(self.next.get())
    }

    /// Send everything that is due by `now`.
    pub(super) fn send_due<D: Dial>(
        self: &Rc<Self>,
        now: Duration,
        zero: Instant,
        connections: &Rc<Connections<D>>,
        orders: &Orders,
    ) {
        while self.next_due() <= now {
            let (seq, intended) = (self.next.get(), self.next_due());
            self.next.set(seq + 1);
            self.tally.borrow_mut().intend(intended);
            lock(&self.answers.outcomes).push(Outcome::Info);
            if self.journey == Journey::Checkout {
                let (key, lines) = (self.requests.key(seq), self.requests.basket(seq));
                let receipt = Receipt { key, outcome: Outcome::Info, order: None, cents: None, lines };
                lock(&self.answers.receipts).push(receipt);
            }
            self.send(seq, intended, zero, connections, orders);
        }
    }

    /// The windows that are complete, of the requests and of each follow-up. Whatever is due by `now` must have been sent.
    pub(super) fn windows(&self, now: Duration) -> Vec<(String, Window)> {
        let own = std::iter::from_fn(|| self.tally.borrow_mut().next(now)).map(|window| (self.name.clone(), window));
        own.chain(self.follow_ups.iter().flat_map(|one| one.windows(now))).collect()
    }

    /// Nothing is due from now on.
    pub(super) fn close(&self, now: Duration) {
        self.tally.borrow_mut().close(now);
        self.follow_ups.iter().for_each(|one| one.close(now));
    }

    /// Requests without an outcome.
    pub(super) fn unsettled(&self) -> u64 {
        self.tally.borrow().unsettled() + self.follow_ups.iter().map(|one| one.unsettled()).sum::<u64>()
    }

    fn send<D: Dial>(
        self: &Rc<Self>,
        seq: u64,
        intended: Duration,
        zero: Instant,
        connections: &Rc<Connections<D>>,
        orders: &Orders,
    ) {
        let lag = zero.elapsed().saturating_sub(intended);
        if self.open.get() >= self.most_open() {
            self.tell(seq, Outcome::Fail);
            let settled = Settled { intended, lag, latency: self.patience, result: Err(Failure::Overload) };
            self.tally.borrow_mut().settle(&settled);
            return;
        }
        self.open.set(self.open.get() + 1);
        let (lane, connections, orders) = (Rc::clone(self), Rc::clone(connections), Rc::clone(orders));
        spawn_local(async move {
            let (result, latency) = lane.request(seq, zero + intended, &connections, &orders).await;
            lane.tally.borrow_mut().settle(&Settled { intended, lag, latency: latency.min(lane.patience), result });
            lane.open.set(lane.open.get() - 1);
            let order = if lane.follow_ups.is_empty() { None } else { lane.order(seq) };
            if let Some(order) = order.filter(|_| result.is_ok()) {
                for follow_up in &lane.follow_ups {
                    follow_up.begin(order.clone(), intended, zero, &connections);
                }
            }
        });
    }

    /// The order that the customer with this number was told of.
    fn order(&self, seq: u64) -> Option<String> {
        lock(&self.answers.receipts).get(usize::try_from(seq).ok()?)?.order.clone()
    }

    pub(super) fn tell(&self, seq: u64, outcome: Outcome) {
        let Ok(index) = usize::try_from(seq) else { return };
        if let Some(entry) = lock(&self.answers.outcomes).get_mut(index) {
            *entry = outcome;
        }
        if let Some(receipt) = lock(&self.answers.receipts).get_mut(index) {
            receipt.outcome = outcome;
        }
    }
}
