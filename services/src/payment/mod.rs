//! Payment: the ledger of what was charged, each intent exactly once.
//!
//! **Invariant:** a payment that was answered `captured` is a committed row, and a key has at most one row. The health
//! endpoints never use the pool: a busy pool must not take the pods out of rotation.

mod ledger;
#[cfg_attr(feature = "payment-2-8-1", path = "rules_2_8_1.rs")]
#[cfg_attr(not(feature = "payment-2-8-1"), path = "rules_2_8_0.rs")]
mod release;
mod rules;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use self::ledger::{Intent, Method};
use crate::config::ConfigError;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::peer::Peer;
use crate::pool::Pool;
use crate::{database, idempotency};

struct Payment {
    pool: Pool,
    bank: Peer,
}

/// What a customer sends.
#[derive(Deserialize)]
struct Request {
    account: String,
    amount_cents: i64,
    method: Method,
}

#[derive(Deserialize)]
struct Void {
    idempotency_key: String,
}

/// Builds the API and brings the ledger's table up.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let bank = Peer::from_env("bank", "BANK_URL")?;
    database::migrate(host, &pool, ledger::SCHEMA);
    tracing::info!(release = release::VERSION, "payment");
    Ok(Router::new()
        .route("/payments", post(pay))
        .route("/payments/void", post(void))
        .route("/payments/{id}", get(read))
        .with_state(Arc::new(Payment { pool, bank })))
}

async fn pay(
    State(payment): State<Arc<Payment>>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let key = idempotency::key(&headers)?.ok_or_else(|| Failure::Invalid("Idempotency-Key is required".to_owned()))?;
    ledger::sound(&request.account, request.amount_cents)?;
    // The bank is asked before a connection is taken: its slowness must not hold the pool.
    let authorisation = match request.method {
        Method::Wallet => None,
        Method::Card => Some(authorise(&payment.bank, key, &request).await?),
    };
    let intent = Intent {
        key,
        account: &request.account,
        amount_cents: request.amount_cents,
        method: request.method,
        authorisation: authorisation.as_deref(),
    };
    let captured = release::capture(&payment.pool, &intent).await;
    if let (Err(Failure::PoolTimeout | Failure::Declined(_) | Failure::Conflict(_)), Some(granted)) =
        (&captured, intent.authorisation)
    {
        // Certainly not booked, so the hold on the card goes. After a doubtful error it stays: the row may be there.
        reverse(&payment.bank, granted).await?;
    }
    let id = captured?;
    Ok((StatusCode::CREATED, Json(json!({ "id": ledger::public_id(id), "status": "captured" }))))
}

async fn authorise(bank: &Peer, key: &str, request: &Request) -> Result<String, Failure> {
    let body = json!({ "account": request.account, "amount_cents": request.amount_cents });
    let answer = bank.post("/authorisations", &body, Some(key)).await?.accepted()?;
    answer["id"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::Upstream { service: "bank", detail: "an authorisation without an id".to_owned() })
}

/// Takes an intent back, whether it was captured, was not, or is still on its way.
async fn void(State(payment): State<Arc<Payment>>, Body(request): Body<Void>) -> Result<Json<Value>, Failure> {
    let (status, authorisation) = ledger::void(&payment.pool, &request.idempotency_key, release::VERSION).await?;
    if let Some(id) = authorisation {
        reverse(&payment.bank, &id).await?;
    }
    Ok(Json(json!({ "status": status })))
}

async fn reverse(bank: &Peer, authorisation: &str) -> Result<(), Failure> {
    bank.post("/reversals", &json!({ "authorisation": authorisation }), None).await?.accepted().map(drop)
}

async fn read(State(payment): State<Arc<Payment>>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    let id = ledger::row_id(&id).ok_or(Failure::Missing("payment"))?;
    ledger::read(&payment.pool, id).await?.map(Json).ok_or(Failure::Missing("payment"))
}
