//! The bank: the provider outside the shop that grants card payments, after a while.
//!
//! **Invariant:** the same key always gets the same answer, so asking again never charges again.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{self, ConfigError};
use crate::failure::{Body, Failure};
use crate::idempotency;

/// More than this is on no card.
const CARD_LIMIT_CENTS: i64 = 500_000;

#[derive(Deserialize)]
struct Request {
    account: String,
    amount_cents: i64,
}

#[derive(Deserialize)]
struct Reversal {
    authorisation: String,
}

/// Builds the API of the bank.
pub(crate) fn start() -> Result<Router, ConfigError> {
    let delay = config::millis("BANK_DELAY_MS", 20)?;
    Ok(Router::new()
        .route("/authorisations", post(authorise))
        .route("/reversals", post(reverse))
        .with_state(Arc::new(delay)))
}

async fn authorise(
    State(delay): State<Arc<Duration>>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let key = idempotency::key(&headers)?.ok_or_else(|| Failure::Invalid("Idempotency-Key is required".to_owned()))?;
    tokio::time::sleep(*delay).await;
    granted(&request.account, request.amount_cents)?;
    let id = format!("auth-{}", idempotency::id(Some(key)).simple());
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "status": "authorised" }))))
}

async fn reverse(State(delay): State<Arc<Duration>>, Body(request): Body<Reversal>) -> Json<Value> {
    tokio::time::sleep(*delay).await;
    Json(json!({ "authorisation": request.authorisation, "status": "reversed" }))
}

/// Decides by the request alone: the bank has no bad days of its own.
fn granted(account: &str, amount_cents: i64) -> Result<(), Failure> {
    if account.starts_with("blocked") {
        return Err(Failure::Declined("card is blocked".to_owned()));
    }
    if amount_cents > CARD_LIMIT_CENTS {
        return Err(Failure::Declined("card limit exceeded".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_depends_on_the_request_alone() {
        assert!(granted("anna", CARD_LIMIT_CENTS).is_ok());
        assert!(granted("anna", CARD_LIMIT_CENTS + 1).is_err());
        assert!(granted("blocked-1", 1).is_err());
    }
}
