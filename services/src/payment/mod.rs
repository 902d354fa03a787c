//! Payment: the ledger of what was charged, each intent exactly once.
//!
//! **Invariant:** a payment that was answered `captured` is a committed row, and a key has at most one row. The health
//! endpoints never use the pool: a busy pool must not take the pods out of rotation.

mod authorise;
pub(crate) mod bank_line_2_9_0;
mod ledger;
mod rules;
mod rules_2_8_0;
mod rules_2_8_1;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use self::authorise::{Bank, Wanted};
use self::ledger::{Intent, Method};
use crate::config::ConfigError;
use crate::failure::{Body, Failure};
use crate::host::Host;
use crate::pool::Pool;
use crate::release::Release;
use crate::{database, idempotency};

struct Payment {
    pool: Pool,
    bank: Bank,
    release: Release,
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
    let bank = Bank::from_env(host)?;
    database::migrate(host, &pool, ledger::SCHEMA);
    Ok(Router::new()
        .route("/payments", post(pay))
        .route("/payments/void", post(void))
        .route("/payments/{id}", get(read))
        .with_state(Arc::new(Payment { pool, bank, release: host.release })))
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
        Method::Card => Some(payment.bank.authorise(Wanted::new(key, &request)).await?),
    };
    let intent = Intent {
        key,
        account: &request.account,
        amount_cents: request.amount_cents,
        method: request.method,
        authorisation: authorisation.as_deref(),
        release: payment.release.version(),
    };
    let captured = match payment.release {
        Release::Payment2_8_1 => rules_2_8_1::capture(&payment.pool, &intent).await,
        _ => rules_2_8_0::capture(&payment.pool, &intent).await,
    };
    if matches!(captured, Err(Failure::Conflict(_))) && intent.authorisation.is_some() {
        // The key is out of use, so the hold on the card goes. After any other error it stays until the key is voided: the same
        // request may have been booked when it came before.
        payment.bank.reverse(key).await?;
    }
    let id = captured?;
    Ok((StatusCode::CREATED, Json(json!({ "id": ledger::public_id(id), "status": "captured" }))))
}

/// Takes an intent back, whether it was captured, was not, or is still on its way.
async fn void(State(payment): State<Arc<Payment>>, Body(request): Body<Void>) -> Result<Json<Value>, Failure> {
    let (key, release) = (request.idempotency_key.as_str(), payment.release.version());
    if ledger::close(&payment.pool, key, release).await? {
        payment.bank.reverse(key).await?;
    }
    let status = ledger::refund(&payment.pool, key).await?;
    Ok(Json(json!({ "status": status })))
}

async fn read(State(payment): State<Arc<Payment>>, Path(id): Path<String>) -> Result<Json<Value>, Failure> {
    let id = ledger::row_id(&id).ok_or(Failure::Missing("payment"))?;
    ledger::read(&payment.pool, id).await?.map(Json).ok_or(Failure::Missing("payment"))
}
