//! Everything in PostgreSQL that was done for the checkouts of one run.
//!
//! How a row is known to be the run's: each customer orders for an account of his own, which is his idempotency key; and what a
//! customer was told belongs to him whatever account it names.
//!
//! **Invariant**: all tables are read in one snapshot, so no order is seen half way between two of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use tokio_postgres::{Client, Config, Row, types::ToSql};

use super::{DEADLINE, is_gone};
use crate::{
    lab::sense::postgres::{connect, explain},
    model::receipt::Receipt,
};

/// One row of `orders.orders`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) cents: i64,
    pub(super) state: String,
}

/// One row of `payment.ledger`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Charge {
    pub(super) key: String,
    pub(super) account: String,
    pub(super) cents: i64,
    pub(super) status: String,
}

/// What there is of a run's checkouts.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) orders: Vec<Order>,
    pub(super) charges: Vec<Charge>,
    /// The order of each row of `fulfilment.deliveries`.
    pub(super) parcels: Vec<String>,
    /// Orders whose `orders.paid` still waits in the outbox.
    pub(super) waiting: HashSet<String>,
    /// Orders that the topic `orders.paid` has a record of; `None` when that was not asked or cannot be known any more.
    pub(super) events: Option<HashSet<String>>,
    /// When the first order of the run was placed, by the database's clock, in milliseconds since 1970.
    pub(super) since_ms: i64,
}

const ORDERS: &str = "select id::text, account, total_cents, state, (extract(epoch from placed_at) * 1000)::int8
    from orders.orders where starts_with(account, $1) or id::text = any($2)";
const CHARGES: &str = "select idempotency_key, account, amount_cents, status
    from payment.ledger where starts_with(account, $1) or idempotency_key = any($2)";
const PARCELS: &str = "select order_id::text from fulfilment.deliveries where order_id::text = any($1)";
const STRANGERS: &str = "select asked.id from unnest($1::text[]) asked(id)
    where not exists (select from orders.orders o where o.id::text = asked.id)";
const WAITING: &str = "select distinct key from orders.outbox
    where published_at is null and topic = 'orders.paid' and key = any($1)";

/// Read them; without receipts there is nothing to look for.
pub(super) async fn of(config: &Config, receipts: &[Receipt]) -> Result<Rows, String> {
    let Some(prefix) = receipts.first().map(prefix) else { return Ok(Rows::default()) };
    let mut session = connect(config, DEADLINE).await?;
    let snapshot = session.client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
    let snapshot = snapshot.read_only(true).start().await.map_err(|error| explain(&error))?;
    let read = rows(snapshot.client(), prefix, receipts).await.map_err(|error| explain(&error));
    // Nothing was written; a rollback that fails takes nothing with it.
    let _ = snapshot.rollback().await;
    read
}

async fn rows(client: &Client, prefix: &str, receipts: &[Receipt]) -> Result<Rows, tokio_postgres::Error> {
    let told: Vec<&str> = receipts.iter().filter_map(|receipt| receipt.order.as_deref()).collect();
    let found = query(client, "orders.orders", ORDERS, &[&prefix, &told]).await?;
    let since_ms = found.iter().map(|row| row.get(4)).min().unwrap_or(i64::MAX);
    let order = |row: &Row| Order { id: row.get(0), account: row.get(1), cents: row.get(2), state: row.get(3) };
    let orders: Vec<Order> = found.iter().map(order).collect();
    let mut ids: BTreeSet<&str> = told.into_iter().collect();
    ids.extend(orders.iter().map(|order| order.id.as_str()));
    let keys: Vec<String> = ids.iter().map(|id| format!("{KEY}{id}")).collect();
    let found = query(client, "payment.ledger", CHARGES, &[&prefix, &keys]).await?;
    let charge = |row: &Row| Charge { key: row.get(0), account: row.get(1), cents: row.get(2), status: row.get(3) };
    let charges: Vec<Charge> = found.iter().map(charge).collect();
    // An order that is gone is known by what was charged for it.
    ids.extend(charges.iter().filter_map(|charge| charge.key.strip_prefix(KEY)));
    let ids: Vec<&str> = ids.into_iter().collect();
    let parcels = query(client, "fulfilment.deliveries", PARCELS, &[&ids]).await?;
    let parcels = parcels.iter().map(|row| row.get(0)).collect();
    let waiting = query(client, "orders.outbox", WAITING, &[&ids]).await?.iter().map(|row| row.get(0)).collect();
    Ok(Rows { orders, charges, parcels, waiting, events: None, since_ms })
}

/// Those of the orders that are in no table.
pub(super) async fn strangers(config: &Config, orders: &[&str]) -> Result<HashSet<String>, String> {
    let session = connect(config, DEADLINE).await?;
    let found =
        query(&session.client, "orders.orders", STRANGERS, &[&orders]).await.map_err(|error| explain(&error))?;
    Ok(found.iter().map(|row| row.get(0)).collect())
}

/// The rows of a table; a table that is gone has none, which is an answer and not a failure to read.
async fn query(
    client: &Client,
    table: &str,
    statement: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    if is_gone(client, table).await? { Ok(Vec::new()) } else { client.query(statement, values).await }
}

/// How the key of an order's charge begins; the order's id follows.
pub(super) const KEY: &str = "order-";

/// How the keys of all customers of a run begin: with everything but their numbers.
pub(super) fn prefix(receipt: &Receipt) -> &str {
    receipt.key.trim_end_matches(|letter: char| letter.is_ascii_digit())
}

/// Says whose an order is.
pub(super) struct Owners<'a> {
    accounts: HashMap<&'a str, usize>,
    orders: HashMap<&'a str, usize>,
}

impl<'a> Owners<'a> {
    /// Of these receipts, by their place in the list.
    pub(super) fn of(receipts: &'a [Receipt], rows: &'a Rows) -> Self {
        let accounts: HashMap<_, _> =
            receipts.iter().enumerate().map(|(place, one)| (one.key.as_str(), place)).collect();
        let mut orders = HashMap::new();
        for order in &rows.orders {
            if let Some(place) = accounts.get(order.account.as_str()) {
                // Where an order is there twice for two accounts, it is the first one's, whichever row is read first.
                let owner = orders.entry(order.id.as_str()).or_insert(*place);
                *owner = (*owner).min(*place);
            }
        }
        for (place, receipt) in receipts.iter().enumerate() {
            if let Some(id) = &receipt.order {
                orders.entry(id.as_str()).or_insert(place);
            }
        }
        // An order that is gone is whose account was charged for it.
        let mut charged: Vec<(&str, usize)> = Vec::new();
        for charge in &rows.charges {
            charged.extend(charge.key.strip_prefix(KEY).zip(accounts.get(charge.account.as_str()).copied()));
        }
        charged.sort_unstable();
        for (id, place) in charged {
            orders.entry(id).or_insert(place);
        }
        Self { accounts, orders }
    }

    /// Of an order.
    pub(super) fn order(&self, id: &str) -> Option<usize> {
        self.orders.get(id).copied()
    }

    /// Of an account.
    pub(super) fn account(&self, account: &str) -> Option<usize> {
        self.accounts.get(account).copied()
    }

    /// Of a charge: by its account, or by the order that it is for.
    pub(super) fn charge(&self, charge: &Charge) -> Option<usize> {
        self.account(&charge.account).or_else(|| self.order(charge.key.strip_prefix(KEY)?))
    }
}
