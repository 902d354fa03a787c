//! The books of the shop, held against what its customers were told.
//!
//! `payments` is one table against a million answers; `rows` reads everything that was done for the checkouts of a run, `orders`
//! holds it against their receipts, `topic` asks Kafka for the events; `outside` asks the bank and the carrier, whose books no
//! statement of a person's reaches, and `bank` and `parcels` hold theirs against the shop's and the customers'.
//!
//! **Invariant**: read-only and bounded; what a reading comes to does not depend on the order of the rows.

mod bank;
mod orders;
mod outside;
mod parcels;
mod payments;
mod rows;
mod topic;

pub(super) use topic::{Beginnings, beginnings};

use std::{collections::HashSet, time::Duration};

use tokio_postgres::Client;

use crate::{
    lab::sense::SenseTarget,
    model::{
        ledger::{LedgerName, LedgerReading, Outcome},
        receipt::Receipt,
    },
    run::ports::{Customers, PortError},
};

/// A million rows take some seconds on a small machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// Those whose payments are in the ledger under their own keys.
const PAYMENT: &str = "payment";
/// Those who keep receipts.
pub(super) const CHECKOUT: &str = "checkout";

/// Hold one of the books against what these customers were told; `before`: where the topic of their orders began before they came.
pub(super) async fn reconcile(
    target: &SenseTarget,
    customers: &dyn Customers,
    before: &Beginnings,
    ledger: LedgerName,
) -> Result<LedgerReading, PortError> {
    let read = async {
        match ledger {
            LedgerName::Payments => payments::read(&target.postgres, &customers.promises(PAYMENT)).await,
            LedgerName::Orders => {
                let receipts = customers.receipts(CHECKOUT);
                let mut rows = rows::of(&target.postgres, &receipts).await?;
                let mut unread = Vec::new();
                match topic::events(&target.kafka, promised(&receipts), rows.since_ms, before).await {
                    Ok(Some(events)) => rows.events = Some(events),
                    Ok(None) => unread.push(format!("the topic {}: records of this run were removed", topic::PAID)),
                    Err(why) => unread.push(format!("the topic {}: {why}", topic::PAID)),
                }
                Ok(LedgerReading { unread, ..orders::audit(&receipts, &rows) })
            }
            LedgerName::Parcels => {
                let receipts = customers.receipts(CHECKOUT);
                parcels::read(target, &receipts).await
            }
            LedgerName::Bank => bank::read(target, &customers.accounts()).await,
        }
    };
    let tried = format!("read the books of {}", ledger.entries());
    match tokio::time::timeout(DEADLINE, read).await {
        Ok(reading) => reading.map_err(|why| PortError::new(tried, why)),
        Err(_) => Err(PortError::new(tried, format_args!("no end within {} s", DEADLINE.as_secs()))),
    }
}

/// Whether there is no such table: then it has no rows, whatever it had.
async fn is_gone(client: &Client, table: &str) -> Result<bool, tokio_postgres::Error> {
    Ok(client.query_one("select to_regclass($1) is null", &[&table]).await?.get(0))
}

/// The orders that customers were told are done.
fn promised(receipts: &[Receipt]) -> HashSet<String> {
    let acknowledged = receipts.iter().filter(|receipt| receipt.outcome == Outcome::Ok);
    acknowledged.filter_map(|receipt| receipt.order.clone()).collect()
}
