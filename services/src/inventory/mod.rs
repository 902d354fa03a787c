//! Inventory: what is on the shelves, and what is set aside for whom.
//!
//! **Invariant:** stock is never below zero, and an order changes it at most twice: once down, once back up.

mod lines_1_1_0;
mod lines_1_1_1;
mod shelf;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::ConfigError;
use crate::database;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::pool::Pool;
use crate::release::Release;

/// So many pieces of one thing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity: i32,
}

#[derive(Deserialize)]
struct Request {
    order_id: Uuid,
    lines: Vec<Line>,
}

struct Inventory {
    pool: Pool,
    release: Release,
}

/// How the lines of a basket are taken off the shelves.
struct Taking {
    /// In this order.
    lines: Vec<Line>,
    /// Each is looked at before it is taken.
    looked_at: bool,
}

/// Builds the API and fills the shelves.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    database::migrate(host, &pool, shelf::SCHEMA);
    Ok(Router::new()
        .route("/reservations", post(reserve))
        .route("/reservations/{order_id}", delete(release))
        .route("/stock", get(stock))
        .with_state(Arc::new(Inventory { pool, release: host.release })))
}

async fn reserve(
    State(inventory): State<Arc<Inventory>>,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let kept = in_order(request.lines.clone());
    let taking = match inventory.release {
        Release::Inventory1_1_0 => lines_1_1_0::taking(request.lines),
        Release::Inventory1_1_1 => lines_1_1_1::taking(request.lines),
        _ => Taking { lines: kept.clone(), looked_at: false },
    };
    shelf::reserve(&inventory.pool, request.order_id, &kept, &taking).await?;
    Ok((StatusCode::CREATED, Json(json!({ "order_id": request.order_id, "status": "reserved" }))))
}

async fn release(State(inventory): State<Arc<Inventory>>, Path(order_id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    shelf::release(&inventory.pool, order_id).await?;
    Ok(Json(json!({ "order_id": order_id, "status": "released" })))
}

async fn stock(State(inventory): State<Arc<Inventory>>) -> Result<Json<Value>, Failure> {
    shelf::stock(&inventory.pool).await.map(Json)
}

/// One order of locking for everybody: two baskets with the same things cannot wait for each other.
fn in_order(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|one, other| one.sku.cmp(&other.sku));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_locked_in_one_order() {
        let line = |sku: &str| Line { sku: sku.to_owned(), quantity: 1 };
        assert_eq!(in_order(vec![line("tea"), line("mug")]), in_order(vec![line("mug"), line("tea")]));
    }
}
