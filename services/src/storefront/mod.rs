//! Storefront: the public API; it leads an order through the other services.
//!
//! **Invariant:** it keeps nothing: every step it asks for can be asked for again, so any replica can go on where one died.

mod basket;
mod checkout;
mod places_1_3_0;
pub(crate) mod retries_1_4_0;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use uuid::Uuid;

use self::basket::Basket;
use self::places_1_3_0::Places;
use crate::config::ConfigError;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::idempotency;
use crate::peer::{Peer, Retries};
use crate::release::Release;

struct Storefront {
    catalog: Peer,
    orders: Peer,
    inventory: Peer,
    payment: Peer,
    /// Where a release bounds what is worked on.
    places: Option<Places>,
}

impl Storefront {
    /// Does some work, in one of the places where the release has such.
    async fn work<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        match &self.places {
            Some(places) => places.work(work).await,
            None => work.await,
        }
    }
}

/// Builds the public API.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let (retries, longest_ms) = match host.release {
        Release::Storefront1_3_0 => (places_1_3_0::rule()?, None),
        Release::Storefront1_4_0 => (retries_1_4_0::rule()?, Some(2500)),
        _ => (Retries::of_what_was_not_sent()?, Some(2500)),
    };
    let peer = |service, variable| Peer::waiting(host, service, variable, longest_ms).map(|peer| peer.again(retries));
    let places = (host.release == Release::Storefront1_3_0).then(|| Places::from_env(host)).transpose()?;
    let storefront = Storefront {
        catalog: peer("catalog", "CATALOG_URL")?,
        orders: peer("orders", "ORDERS_URL")?,
        inventory: peer("inventory", "INVENTORY_URL")?,
        payment: peer("payment", "PAYMENT_URL")?,
        places,
    };
    Ok(Router::new()
        .route("/products", get(products))
        .route("/checkout", post(check_out))
        .route("/orders/{id}", get(order))
        .with_state(Arc::new(storefront)))
}

async fn products(State(storefront): State<Arc<Storefront>>) -> Result<Json<Value>, Failure> {
    let shop = Arc::clone(&storefront);
    storefront.work(async move { shop.catalog.get("/products").await?.accepted().map(Json) }).await
}

async fn check_out(
    State(storefront): State<Arc<Storefront>>,
    headers: HeaderMap,
    Body(basket): Body<Basket>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let key = idempotency::key(&headers)?;
    let (shop, id) = (Arc::clone(&storefront), idempotency::id(key));
    let work = async move { checkout::run(&shop, id, basket).await };
    let order = match &storefront.places {
        Some(places) => places.check_out(work).await?,
        None => work.await?,
    };
    Ok((StatusCode::CREATED, Json(order)))
}

async fn order(State(storefront): State<Arc<Storefront>>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    // What is no id cannot be an order either.
    let id: Uuid = id.parse().map_err(|_| Failure::Missing("order"))?;
    let shop = Arc::clone(&storefront);
    storefront.work(async move { shop.orders.get(&format!("/orders/{id}")).await?.accepted().map(Json) }).await
}
