//! One kind of traffic, and the life of one request in it.
//!
//! **Invariant**: a request that is due is in the book before it is sent, and leaves it with an outcome, whatever happens.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::spawn_local,
    time::{Instant, timeout_at},
};

use super::{
    book::{Book, Outcome},
    connections::{Connections, Dial},
    failure::Failure,
    request::Requests,
    schedule::Schedule,
};
use crate::model::{ledger, scenario::RequestKind, window::Window};

/// What customers were told, by sequence number; shared with whoever reconciles.
pub(super) type Answers = Arc<Mutex<Vec<ledger::Outcome>>>;

/// One kind of traffic.
pub(super) struct Lane {
    pub(super) kind: RequestKind,
    pub(super) schedule: Schedule,
    pub(super) requests: Requests,
    pub(super) timeout: Duration,
    pub(super) answers: Answers,
    next: Cell<u64>,
    open: Cell<usize>,
    book: RefCell<Book>,
}

impl Lane {
    pub(super) fn new(
        kind: RequestKind,
        schedule: Schedule,
        requests: Requests,
        timeout: Duration,
        answers: Answers,
    ) -> Self {
        let (next, open, book) = (Cell::new(0), Cell::new(0), RefCell::new(Book::new()));
        Self { kind, schedule, requests, timeout, answers, next, open, book }
    }

    /// When the next request is due.
    pub(super) fn next_due(&self) -> Duration {
        self.schedule.intended(self.next.get())
    }

    /// Send everything that is due by `now`.
    pub(super) fn send_due<D: Dial>(self: &Rc<Self>, now: Duration, zero: Instant, connections: &Rc<Connections<D>>) {
        while self.next_due() <= now {
            let (seq, intended) = (self.next.get(), self.next_due());
            self.next.set(seq + 1);
            self.book.borrow_mut().intend(intended);
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(ledger::Outcome::Info);
            self.send(seq, intended, zero, connections);
        }
    }

    /// The next window that is complete. Whatever is due by `now` must have been sent.
    pub(super) fn next_window(&self, now: Duration) -> Option<Window> {
        self.book.borrow_mut().next(now)
    }

    /// Nothing is due from now on.
    pub(super) fn close(&self, now: Duration) {
        self.book.borrow_mut().close(now);
    }

    /// Requests without an outcome.
    pub(super) fn unsettled(&self) -> u64 {
        self.book.borrow().unsettled()
    }

    fn send<D: Dial>(self: &Rc<Self>, seq: u64, intended: Duration, zero: Instant, connections: &Rc<Connections<D>>) {
        let lag = zero.elapsed().saturating_sub(intended);
        if self.open.get() >= self.schedule.most_open(self.timeout) {
            self.tell(seq, ledger::Outcome::Fail);
            let outcome = Outcome { intended, lag, latency: self.timeout, result: Err(Failure::Overload) };
            self.book.borrow_mut().settle(&outcome);
            return;
        }
        self.open.set(self.open.get() + 1);
        let (lane, connections) = (Rc::clone(self), Rc::clone(connections));
        spawn_local(async move {
            let (result, latency) = lane.attempt(seq, zero + intended, &connections).await;
            lane.book.borrow_mut().settle(&Outcome { intended, lag, latency: latency.min(lane.timeout), result });
            lane.open.set(lane.open.get() - 1);
        });
    }

    /// One request from its sending to its end: how it ended, and how long that took from the intended time.
    async fn attempt<D: Dial>(
        &self,
        seq: u64,
        intended: Instant,
        connections: &Connections<D>,
    ) -> (Result<(), Failure>, Duration) {
        let exchange = connections.exchange(self.requests.build(seq));
        match timeout_at(intended + self.timeout, exchange).await {
            Err(_) => (Err(Failure::Timeout), self.timeout),
            Ok(Err(failure)) => {
                // Nothing was sent, so nothing can be done. Whatever else went wrong, it may be.
                if failure == Failure::Connect {
                    self.tell(seq, ledger::Outcome::Fail);
                }
                (Err(failure), intended.elapsed())
            }
            Ok(Ok(answer)) => {
                let (result, told) = self.requests.judge(answer.status, &answer.body);
                let latency = answer.at.duration_since(intended);
                // An answer that was there when nobody waited for it any more came too late, whatever it says: nobody was
                // told anything.
                if latency > self.timeout {
                    return (Err(Failure::Timeout), latency);
                }
                self.tell(seq, told);
                (result, latency)
            }
        }
    }

    fn tell(&self, seq: u64, told: ledger::Outcome) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = usize::try_from(seq).ok().and_then(|seq| answers.get_mut(seq)) {
            *entry = told;
        }
    }
}
