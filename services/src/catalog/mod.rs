//! Catalog: what is for sale and for how much; PostgreSQL has the truth, Redis the copy that is read.
//!
//! **Invariant:** a copy is at most `CACHE_TTL_S` old, and without Redis the answer is slower but the same.

mod cache;
mod looks_1_1_0;
mod products;
mod turn_1_1_1;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use self::cache::Cache;
use self::turn_1_1_1::Turn;
use crate::config::ConfigError;
use crate::database;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::pool::Pool;
use crate::release::Release;

struct Catalog {
    pool: Pool,
    cache: Cache,
    release: Release,
    turn: Turn,
}

#[derive(Deserialize)]
struct Skus {
    skus: Vec<String>,
}

/// Builds the API and fills the shop window.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    // So that nobody waits for a connection while others read the looks.
    let pool = Pool::from_env_or(host, if host.release == Release::Catalog1_1_0 { 40 } else { 4 })?;
    let cache = Cache::from_env()?;
    database::migrate(host, &pool, products::SCHEMA);
    Ok(Router::new().route("/products", get(list)).route("/prices", post(prices)).with_state(Arc::new(Catalog {
        pool,
        cache,
        release: host.release,
        turn: Turn::default(),
    })))
}

/// The key of the shop window's copy.
const WINDOW: &str = "catalog:products";

async fn list(State(catalog): State<Arc<Catalog>>) -> Result<Json<Value>, Failure> {
    if let Some(copy) = catalog.copy().await {
        return Ok(Json(copy));
    }
    if catalog.release == Release::Catalog1_1_1 {
        return catalog.turn.copy_or(catalog.copy(), catalog.window()).await.map(Json);
    }
    catalog.window().await.map(Json)
}

impl Catalog {
    async fn copy(&self) -> Option<Value> {
        self.cache.get(&[WINDOW.to_owned()]).await.pop().flatten()
    }

    /// The shop window, made anew; its copy is kept.
    async fn window(&self) -> Result<Value, Failure> {
        let products = products::all(&self.pool).await?;
        let products = match self.release {
            Release::Catalog1_1_0 | Release::Catalog1_1_1 => looks_1_1_0::ranked(&self.pool, products).await?,
            _ => products,
        };
        let window = json!({ "products": products });
        self.cache.put(WINDOW, &window).await;
        Ok(window)
    }
}

/// The prices of some things; a thing that is not for sale is an error of whoever asks.
async fn prices(State(catalog): State<Arc<Catalog>>, Body(request): Body<Skus>) -> Result<Json<Value>, Failure> {
    let keys: Vec<_> = request.skus.iter().map(|sku| format!("catalog:price:{sku}")).collect();
    let copies = catalog.cache.get(&keys).await;
    let mut prices = serde_json::Map::new();
    for ((sku, key), copy) in request.skus.iter().zip(&keys).zip(copies) {
        let price = if let Some(price) = copy {
            price
        } else {
            let price = products::price(&catalog.pool, sku).await?;
            let price = price.ok_or_else(|| Failure::Invalid(format!("no product `{sku}`")))?.into();
            catalog.cache.put(key, &price).await;
            price
        };
        prices.insert(sku.clone(), price);
    }
    Ok(Json(json!({ "prices": prices })))
}
