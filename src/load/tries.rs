//! One request with all its tries.
//!
//! **Invariant**: a refusal after a try of which nobody knows is no refusal: that try may have done it.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::{
    answers::lock,
    connections::{Connections, Dial},
    failure::Failure,
    lane::{Lane, Orders},
    request::said_order,
};
use crate::model::{customers::Journey, ledger::Outcome};

impl Lane {
    /// One request with all its tries: how it ended, and how long that took from the intended time.
    pub(super) async fn request<D: Dial>(
        &self,
        seq: u64,
        intended: Instant,
        connections: &Connections<D>,
        orders: &Orders,
    ) -> (Result<(), Failure>, Duration) {
        let order = if self.journey == Journey::History { some(&orders.borrow(), seq) } else { None };
        let mut deadline = intended + self.timeout;
        let mut left = self.retries.map_or(0, |retries| retries.times);
        let mut all = Outcome::Fail;
        loop {
            let (result, outcome) = self.attempt(seq, deadline, order.as_deref(), connections, orders).await;
            // A refusal after a try of which nobody knows is no refusal: that try may have done it.
            all = if outcome == Outcome::Ok {
                outcome
            } else if all == Outcome::Info {
                all
            } else {
                outcome
            };
            self.tell(seq, all);
            let Some(retries) = self.retries.filter(|_| result.is_err() && left > 0) else {
                return (result, intended.elapsed());
            };
            left -= 1;
            sleep(retries.pause.0).await;
            deadline = Instant::now() + self.timeout;
        }
    }

    /// One try.
    async fn attempt<D: Dial>(
        &self,
        seq: u64,
        deadline: Instant,
        order: Option<&str>,
        connections: &Connections<D>,
        orders: &Orders,
    ) -> (Result<(), Failure>, Outcome) {
        match timeout_at(deadline, connections.exchange(self.requests.build(seq, order))).await {
            Err(_) => (Err(Failure::Timeout), Outcome::Info),
            // Nothing was sent, so nothing can be done. Whatever else went wrong, it may be.
            Ok(Err(Failure::Connect)) => (Err(Failure::Connect), Outcome::Fail),
            Ok(Err(failure)) => (Err(failure), Outcome::Info),
            // An answer that was there when nobody waited for it any more came too late: nobody was told anything.
            Ok(Ok(answer)) if answer.at > deadline => (Err(Failure::Timeout), Outcome::Info),
            Ok(Ok(answer)) => {
                let (result, outcome) = self.requests.judge(answer.status, answer.says_when, &answer.body);
                if let Some(order) =
                    said_order(&answer.body).filter(|_| self.journey == Journey::Checkout && result.is_ok())
                {
                    orders.borrow_mut().push(order.id.clone());
                    let index = usize::try_from(seq).unwrap_or(usize::MAX);
                    if let Some(receipt) = lock(&self.answers.receipts).get_mut(index) {
                        (receipt.order, receipt.cents) = (Some(order.id), order.cents);
                    }
                }
                (result, outcome)
            }
        }
    }
}

/// One of the orders, by the number of the request.
fn some(orders: &[String], seq: u64) -> Option<String> {
    let count = orders.len() as u64;
    let index = usize::try_from(seq.wrapping_mul(0x9E37_79B9) % count.max(1)).ok()?;
    orders.get(index).cloned()
}
