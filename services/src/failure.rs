//! Everything that a request may be answered with instead of what it asked for.
//!
//! **Invariant:** the answer says what the caller can do about it; the details stay in the log.

use axum::Json;
use axum::extract::FromRequest;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The request itself is wrong.
    #[error("{0}")]
    Invalid(String),
    /// There is no such thing.
    #[error("{0} not found")]
    Missing(&'static str),
    /// The state of things does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// The idempotency key belongs to another request.
    #[error("idempotency key was used for another request")]
    KeyReused,
    /// The payment is refused.
    #[error("{0}")]
    Declined(String),
    /// No connection became free in time.
    #[error("pool timeout")]
    PoolTimeout,
    /// The database did not do it.
    #[error("database unavailable")]
    Database(String),
    /// A service behind this one did not answer as it should.
    #[error("{service} unavailable")]
    Upstream {
        /// Who was asked.
        service: &'static str,
        /// What came instead of an answer.
        detail: String,
    },
    /// As many requests as this process takes are being answered.
    #[error("too many requests at once")]
    Busy,
    /// The whole request took too long.
    #[error("deadline exceeded")]
    Deadline,
}

impl Failure {
    /// The status that goes with it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Declined(_) => StatusCode::PAYMENT_REQUIRED,
            Self::PoolTimeout | Self::Database(_) | Self::Upstream { .. } | Self::Busy | Self::Deadline => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// What the log gets beyond the answer.
    pub(crate) fn detail(&self) -> &str {
        match self {
            Self::Database(detail) | Self::Upstream { detail, .. } => detail,
            _ => "",
        }
    }
}

/// Left in the response for the log line that the server writes.
#[derive(Clone)]
pub(crate) struct Detail(pub(crate) std::sync::Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(json!({ "error": self.to_string() }))).into_response();
        response.extensions_mut().insert(Detail(std::sync::Arc::new(self)));
        response
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(describe(&error))
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

/// A JSON body whose refusal is JSON as well.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Failure))]
pub(crate) struct Body<T>(pub(crate) T);

/// An error with its causes on one line: the outermost alone often says only that something went wrong.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
