//! Storefront: the public API; it leads an order through the other services.
//!
//! **Invariant:** it keeps nothing: every step it asks for can be asked for again, so any replica can go on where one died.

mod basket;
mod checkout;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use uuid::Uuid;

use self::basket::Basket;
use crate::config::ConfigError;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::idempotency;
use crate::peer::Peer;

struct Storefront {
    catalog: Peer,
    orders: Peer,
    inventory: Peer,
    payment: Peer,
}

/// Builds the public API.
pub(crate) fn start(_: &Arc<Host>) -> Result<Router, ConfigError> {
    let storefront = Storefront {
        catalog: Peer::from_env("catalog", "CATALOG_URL")?,
        orders: Peer::from_env("orders", "ORDERS_URL")?,
        inventory: Peer::from_env("inventory", "INVENTORY_URL")?,
        payment: Peer::from_env("payment", "PAYMENT_URL")?,
    };
    Ok(Router::new()
        .route("/products", get(products))
        .route("/checkout", post(check_out))
        .route("/orders/{id}", get(order))
        .with_state(Arc::new(storefront)))
}

async fn products(State(storefront): State<Arc<Storefront>>) -> Result<Json<Value>, Failure> {
    storefront.catalog.get("/products").await?.accepted().map(Json)
}

async fn check_out(
    State(storefront): State<Arc<Storefront>>,
    headers: HeaderMap,
    Body(basket): Body<Basket>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let key = idempotency::key(&headers)?;
    let order = checkout::run(&storefront, idempotency::id(key), basket).await?;
    Ok((StatusCode::CREATED, Json(order)))
}

async fn order(State(storefront): State<Arc<Storefront>>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    // What is no id cannot be an order either.
    let id: Uuid = id.parse().map_err(|_| Failure::Missing("order"))?;
    storefront.orders.get(&format!("/orders/{id}")).await?.accepted().map(Json)
}
