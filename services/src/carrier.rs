//! The carrier: the company outside the shop that takes parcels, and keeps its own book of them.
//!
//! **Invariant:** one key is one parcel however often it is handed over; what comes without a key is a parcel each time; a parcel
//! that was taken is in the book.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::book::{self, Book};
use crate::config::ConfigError;
use crate::failure::{Body, Failure};
use crate::idempotency;

/// What is handed over.
#[derive(Deserialize)]
struct Request {
    order_id: Uuid,
    /// For whom; empty where nobody says.
    #[serde(default)]
    account: String,
}

/// One line of the book: a parcel that was taken.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq, Debug)]
struct Parcel {
    at_ms: u64,
    #[serde(rename = "parcel")]
    number: String,
    order_id: Uuid,
    account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

struct Carrier {
    book: Book,
    known: Mutex<Known>,
}

/// What was taken before.
#[derive(Default)]
struct Known {
    /// The order of each key that was used.
    keys: HashMap<Uuid, Uuid>,
    /// The number of each order's first parcel.
    orders: HashMap<Uuid, String>,
}

/// Builds the API of the carrier.
pub(crate) fn start() -> Result<Router, ConfigError> {
    let carrier = Carrier::new(Book::from_env("carrier")?).map_err(|error| book::unread(&error))?;
    Ok(Router::new()
        .route("/parcels", post(take))
        .route("/accounts/{beginning}/parcels", get(of_accounts))
        .route("/orders/{order_id}/parcel", get(of_order))
        .route("/parcels/since/{milliseconds}", get(since))
        .with_state(Arc::new(carrier)))
}

async fn take(
    State(carrier): State<Arc<Carrier>>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let parcel = carrier.take(idempotency::key(&headers)?, request)?;
    Ok((StatusCode::CREATED, Json(json!({ "parcel": parcel, "status": "taken" }))))
}

/// The parcel that was taken for an order, if one was.
async fn of_order(State(carrier): State<Arc<Carrier>>, Path(order_id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    let parcel = carrier.of_order(order_id).ok_or(Failure::Missing("parcel"))?;
    Ok(Json(json!({ "parcel": parcel, "status": "taken" })))
}

/// The parcels for the accounts that begin like this.
async fn of_accounts(
    State(carrier): State<Arc<Carrier>>,
    Path(accounts): Path<String>,
) -> Result<Json<Value>, Failure> {
    let meant = format!("\"account\":\"{accounts}");
    taken(carrier, meant, move |parcel| parcel.account.starts_with(&accounts)).await
}

/// The parcels that came since, in milliseconds since 1970.
async fn since(State(carrier): State<Arc<Carrier>>, Path(since_ms): Path<u64>) -> Result<Json<Value>, Failure> {
    taken(carrier, String::new(), move |parcel| parcel.at_ms >= since_ms).await
}

async fn taken(
    carrier: Arc<Carrier>,
    meant: String,
    which: impl Fn(&Parcel) -> bool + Send + 'static,
) -> Result<Json<Value>, Failure> {
    let parcels = book::consult(move || carrier.taken(&meant, which)).await?;
    Ok(Json(json!({ "parcels": parcels })))
}

impl Carrier {
    fn new(book: Book) -> std::io::Result<Self> {
        let mut known = Known::default();
        book.read(|Parcel { number, key, order_id, .. }| {
            if let Some(key) = key {
                known.keys.insert(idempotency::id(Some(&key)), order_id);
            }
            known.orders.entry(order_id).or_insert(number);
        })?;
        Ok(Self { book, known: Mutex::new(known) })
    }

    fn of_order(&self, order_id: Uuid) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.orders.get(&order_id).cloned()
    }

    fn take(&self, key: Option<&str>, Request { order_id, account }: Request) -> Result<String, Failure> {
        let id = idempotency::id(key);
        let number = format!("parcel-{}", id.simple());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.keys.get(&id) {
            return idempotency::same(known, &order_id).map(|()| number);
        }
        let key = key.map(str::to_owned);
        let entry = Parcel { at_ms: book::now_ms(), number, order_id, account, key };
        self.book.append(&entry)?;
        if entry.key.is_some() {
            known.keys.insert(id, order_id);
        }
        known.orders.entry(order_id).or_insert_with(|| entry.number.clone());
        Ok(entry.number)
    }

    /// Of the lines that have `meant` in them. A parcel that two processes took over at once, while one replaced the other, is one:
    /// it has one number.
    fn taken(&self, meant: &str, which: impl Fn(&Parcel) -> bool) -> std::io::Result<Vec<Parcel>> {
        let mut parcels = HashMap::new();
        self.book.search(
            |line| line.contains(meant),
            |parcel: Parcel| {
                if which(&parcel) {
                    parcels.entry(parcel.number.clone()).or_insert(parcel);
                }
            },
        )?;
        Ok(parcels.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_over(number: u128) -> Request {
        Request { order_id: Uuid::from_u128(number), account: format!("r-checkout-{number}") }
    }

    fn of(carrier: &Carrier, account: &str) -> usize {
        carrier.taken(account, |parcel| parcel.account.starts_with(account)).unwrap().len()
    }

    #[test]
    fn one_key_is_one_parcel_also_after_a_restart() {
        let carrier = Carrier::new(Book::of_a_test()).unwrap();
        let first = carrier.take(Some("a"), handed_over(1)).unwrap();
        assert_eq!(carrier.take(Some("a"), handed_over(1)).unwrap(), first);
        assert!(matches!(carrier.take(Some("a"), handed_over(2)), Err(Failure::KeyReused)));
        let again = Carrier::new(carrier.book.again()).unwrap();
        assert_eq!(again.take(Some("a"), handed_over(1)).unwrap(), first);
        for carrier in [&carrier, &again] {
            assert_eq!(
                carrier.of_order(Uuid::from_u128(1)).unwrap(),
                first,
                "asked by the order, whatever the key was"
            );
            assert_eq!(carrier.of_order(Uuid::from_u128(2)), None);
        }
        assert_eq!(of(&carrier, "r-checkout-"), 1);
    }

    #[test]
    fn without_a_key_each_is_a_parcel() {
        let carrier = Carrier::new(Book::of_a_test()).unwrap();
        let numbers = [(); 2].map(|()| carrier.take(None, handed_over(1)).unwrap());
        assert_ne!(numbers[0], numbers[1]);
        carrier.take(None, handed_over(2)).unwrap();
        let counts = ["r-checkout-1", "r-", "s-"].map(|account| of(&carrier, account));
        assert_eq!(counts, [2, 3, 0]);
    }
}
