//! One real order through the front door: the proof that a lab is alive.
//!
//! **Invariant**: counted as through only when it is delivered, which takes Nginx, Redis, PostgreSQL and Kafka.

use std::time::{Duration, Instant};

use rand::Rng as _;
use serde_json::json;

use super::{error::LabError, http, layout::Layout, progress::Progress};

const ANSWER: Duration = Duration::from_secs(6);

/// Place an order and wait until it is delivered; its id.
pub async fn place(layout: &Layout, patience: Duration, progress: &dyn Progress) -> Result<String, LabError> {
    let shop = layout.shop();
    let began = Instant::now();
    // One key for all tries: however often it is asked for, one order is placed.
    let key = format!("droplab-up-{:016x}", rand::rng().random::<u64>());
    let mut placed: Option<String> = None;
    loop {
        let why = match attempt(&shop, &key, &mut placed).await {
            Ok(()) => return Ok(placed.unwrap_or_default()),
            Err(why) => why,
        };
        if began.elapsed() > patience {
            return Err(LabError::NoOrder { shop, why });
        }
        progress.note("order", &why);
        let pause = if placed.is_some() { 50 } else { 250 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

async fn attempt(shop: &str, key: &str, placed: &mut Option<String>) -> Result<(), String> {
    let id = match placed {
        Some(id) => id.clone(),
        None => placed.insert(checkout(shop, key).await?).clone(),
    };
    let order = http::get(&format!("{shop}/orders/{id}"), ANSWER).await?;
    let status = order.json()["status"].as_str().unwrap_or("unknown").to_owned();
    if order.status == 200 && status == "delivered" {
        return Ok(());
    }
    Err(format!("order {id} is {status} ({})", order.status))
}

async fn checkout(shop: &str, key: &str) -> Result<String, String> {
    let products = http::get(&format!("{shop}/products"), ANSWER).await?;
    let list = products.json();
    let first = list.as_array().or_else(|| list["products"].as_array()).and_then(|all| all.first()).cloned();
    let sku = first.and_then(|one| Some(one["sku"].as_str()?.to_owned()));
    let sku = sku.ok_or_else(|| format!("GET /products answers {} without a product", products.status))?;
    let basket = json!({ "items": [{ "sku": sku, "quantity": 1 }] });
    let order = http::post(&format!("{shop}/checkout"), key, &basket, ANSWER).await?;
    let id = order.json()["id"].as_str().map(str::to_owned);
    match (order.status, id) {
        (201, Some(id)) => Ok(id),
        (status, _) => Err(format!("POST /checkout answers {status}: {}", order.text.trim())),
    }
}
