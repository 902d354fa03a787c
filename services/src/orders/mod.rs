//! Orders: the one place that knows how far an order has come, and that finishes or takes back what others left half done.
//!
//! **Invariant:** an order is written before anything is done for it, and what is told about it (the outbox) is written in
//! the same transaction as what it says.

mod compensate;
mod relay;
mod state;
mod store;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use self::state::Step;
use crate::config::ConfigError;
use crate::database;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::kafka::Cluster;
use crate::peer::Peer;
use crate::pool::Pool;

struct Orders {
    pool: Pool,
    /// Wakes the relay: an event should not wait for the next look at the outbox.
    news: Arc<Notify>,
}

/// A line of an order, with the price that was promised.
#[derive(Clone, Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    unit_price_cents: i64,
}

/// An order as the storefront sends it.
#[derive(Deserialize)]
struct New {
    id: Uuid,
    fingerprint: String,
    account: String,
    lines: Vec<Line>,
    total_cents: i64,
}

/// Builds the API; starts the relay and the compensation.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let (inventory, payment) =
        (Peer::from_env(host, "inventory", "INVENTORY_URL")?, Peer::from_env(host, "payment", "PAYMENT_URL")?);
    let cluster = Cluster::from_env()?;
    let news = Arc::new(Notify::new());
    let migrated = database::migrate(host, &pool, store::SCHEMA);
    relay::start(host, &pool, &news, cluster, migrated);
    compensate::start(host, &pool, inventory, payment)?;
    Ok(Router::new()
        .route("/orders", post(place))
        .route("/orders/{id}", get(read))
        .route("/orders/{id}/paid", post(paid))
        .route("/orders/{id}/delivered", post(delivered))
        .route("/orders/{id}/cancel", post(cancel))
        .with_state(Arc::new(Orders { pool, news })))
}

async fn place(State(orders): State<Arc<Orders>>, Body(new): Body<New>) -> Result<(StatusCode, Json<Value>), Failure> {
    if total(&new.lines) != Some(new.total_cents) {
        return Err(Failure::Invalid("the total is not the sum of the lines".to_owned()));
    }
    let placed = store::place(&orders.pool, &new).await?;
    if placed.fresh {
        orders.news.notify_one();
    }
    let status = if placed.fresh { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({ "id": new.id, "status": placed.state.name(), "total_cents": placed.total_cents });
    Ok((status, Json(body)))
}

async fn read(State(orders): State<Arc<Orders>>, Path(id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    store::read(&orders.pool, id).await?.map(Json).ok_or(Failure::Missing("order"))
}

async fn paid(
    State(orders): State<Arc<Orders>>,
    Path(id): Path<Uuid>,
    Body(body): Body<Value>,
) -> Result<Json<Value>, Failure> {
    step(&orders, id, Step::Pay, body["payment_id"].as_str()).await
}

async fn delivered(State(orders): State<Arc<Orders>>, Path(id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    step(&orders, id, Step::Deliver, None).await
}

async fn cancel(
    State(orders): State<Arc<Orders>>,
    Path(id): Path<Uuid>,
    Body(body): Body<Value>,
) -> Result<Json<Value>, Failure> {
    step(&orders, id, Step::Cancel, body["reason"].as_str()).await
}

async fn step(orders: &Orders, id: Uuid, step: Step, note: Option<&str>) -> Result<Json<Value>, Failure> {
    let state = store::advance(&orders.pool, id, step, note).await?;
    orders.news.notify_one();
    Ok(Json(json!({ "id": id, "status": state.name() })))
}

/// The sum of the lines; none when it is no amount of money.
fn total(lines: &[Line]) -> Option<i64> {
    lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.unit_price_cents.checked_mul(i64::from(line.quantity))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: u32, unit_price_cents: i64) -> Line {
        Line { sku: "tea".to_owned(), quantity, unit_price_cents }
    }

    #[test]
    fn a_total_is_the_sum_of_its_lines() {
        assert_eq!(total(&[line(2, 690), line(1, 1250)]), Some(2630));
        assert_eq!(total(&[]), Some(0));
        assert_eq!(total(&[line(u32::MAX, i64::MAX)]), None);
    }
}
