//! One real order through the front door: the proof that a lab is alive.
//!
//! **Invariant**: counted as through only when it is delivered, which takes Nginx, Redis, PostgreSQL and Kafka.

use std::time::{Duration, Instant};

use rand::Rng as _;
use serde_json::json;

use crate::lab::{access::http, error::LabError, layout::Layout, lifecycle::progress::Progress};

const ANSWER: Duration = Duration::from_secs(6);

/// Place an order and wait until it is delivered; its id.
pub async fn place(layout: &Layout, patience: Duration, progress: &dyn Progress) -> Result<String, LabError> {
    let shop = layout.shop();
    let began = Instant::now();
    // One key for all tries: however often it is asked for, one order is placed. An order that the shop has cancelled stays
    // cancelled, and so does its key: whoever still wants the goods wants another order (docs/decisions/0051).
    let mut key = new_key();
    let mut placed: Option<String> = None;
    loop {
        let why = match attempt(&shop, &key, &mut placed).await {
            Ok(()) => return Ok(placed.unwrap_or_default()),
            Err(Missed::Later(why)) => why,
            Err(Missed::Cancelled(why)) => {
                (key, placed) = (new_key(), None);
                why
            }
        };
        if began.elapsed() > patience {
            return Err(LabError::NoOrder { shop, why });
        }
        progress.note("order", &why);
        let pause = if placed.is_some() { 50 } else { 250 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

fn new_key() -> String {
    format!("droplab-up-{:016x}", rand::rng().random::<u64>())
}

/// Why an order is not through.
enum Missed {
    /// It may come through yet.
    Later(String),
    /// It never will.
    Cancelled(String),
}

impl From<String> for Missed {
    fn from(why: String) -> Self {
        Self::Later(why)
    }
}

async fn attempt(shop: &str, key: &str, placed: &mut Option<String>) -> Result<(), Missed> {
    let id = match placed {
        Some(id) => id.clone(),
        None => placed.insert(checkout(shop, key).await?).clone(),
    };
    let order = http::get(&format!("{shop}/orders/{id}"), ANSWER).await?;
    let status = order.json()["status"].as_str().unwrap_or("unknown").to_owned();
    if order.status == 200 && status == "delivered" {
        return Ok(());
    }
    let why = format!("order {id} is {status} ({})", order.status);
    Err(if status.starts_with("cancel") { Missed::Cancelled(why) } else { Missed::Later(why) })
}

async fn checkout(shop: &str, key: &str) -> Result<String, Missed> {
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
        (409, _) => Err(Missed::Cancelled(format!("POST /checkout answers 409: {}", order.text.trim()))),
        (status, _) => Err(Missed::Later(format!("POST /checkout answers {status}: {}", order.text.trim()))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::lab::lifecycle::progress::Silent;

    /// A shop that has cancelled the order of the first key it sees, as one does that could not be paid in time.
    async fn shop(keys: Arc<Mutex<Vec<String>>>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let keys = Arc::clone(&keys);
                tokio::spawn(async move {
                    let mut bytes = vec![0; 8_192];
                    let Ok(read @ 1..) = stream.read(&mut bytes).await else { return };
                    let (status, body) = answer(&String::from_utf8_lossy(&bytes[..read]), &keys);
                    let head =
                        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        port
    }

    fn answer(request: &str, keys: &Mutex<Vec<String>>) -> (u16, &'static str) {
        if request.starts_with("GET /products") {
            return (200, r#"{"products":[{"sku":"tea-green"}]}"#);
        }
        if request.starts_with("GET /orders/") {
            return (200, r#"{"id":"o-2","status":"delivered"}"#);
        }
        let key =
            request.lines().find_map(|line| line.to_lowercase().strip_prefix("idempotency-key: ").map(str::to_owned));
        let mut keys = keys.lock().unwrap();
        keys.extend(key);
        if keys.iter().all(|key| *key == keys[0]) {
            (409, r#"{"error":"this order was cancelled"}"#)
        } else {
            (201, r#"{"id":"o-2","status":"paid"}"#)
        }
    }

    #[tokio::test]
    async fn a_cancelled_order_is_not_asked_for_for_ever() {
        let keys = Arc::new(Mutex::new(Vec::new()));
        let base = shop(Arc::clone(&keys)).await - 80;
        let layout = Layout::new("t", base).unwrap();
        let id = place(&layout, Duration::from_secs(20), &Silent).await.unwrap();
        assert_eq!(id, "o-2");
        let keys = keys.lock().unwrap();
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert_ne!(keys[0], keys[1], "a new order has a new key");
    }
}
