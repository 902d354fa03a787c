//! Catalog: what is for sale and for how much; PostgreSQL has the truth, Redis the copy that is read.
//!
//! **Invariant:** a copy is at most `CACHE_TTL_S` old, and without Redis the answer is slower but the same.

mod cache;
mod products;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use self::cache::Cache;
use crate::config::ConfigError;
use crate::database;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::pool::Pool;

struct Catalog {
    pool: Pool,
    cache: Cache,
}

#[derive(Deserialize)]
struct Skus {
    skus: Vec<String>,
}

/// Builds the API and fills the shop window.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let cache = Cache::from_env()?;
    database::migrate(host, &pool, products::SCHEMA);
    Ok(Router::new()
        .route("/products", get(list))
        .route("/prices", post(prices))
        .with_state(Arc::new(Catalog { pool, cache })))
}

async fn list(State(catalog): State<Arc<Catalog>>) -> Result<Json<Value>, Failure> {
    const KEY: &str = "catalog:products";
    if let [Some(copy)] = catalog.cache.get(&[KEY.to_owned()]).await.as_slice() {
        return Ok(Json(copy.clone()));
    }
    let products = json!({ "products": products::all(&catalog.pool).await? });
    catalog.cache.put(KEY, &products).await;
    Ok(Json(products))
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
