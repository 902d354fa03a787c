//! A small HTTP client for the lab's own ports.
//!
//! **Invariant**: each request has a deadline; an answer of any status is an answer.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// `GET` a URL.
pub async fn get(url: &str, deadline: Duration) -> Result<Answer, String> {
    send(Method::GET, url, None, None, deadline).await
}

/// `POST` JSON to a URL under an idempotency key.
pub async fn post(url: &str, key: &str, body: &Value, deadline: Duration) -> Result<Answer, String> {
    send(Method::POST, url, Some(key), Some(body), deadline).await
}

async fn send(
    method: Method,
    url: &str,
    key: Option<&str>,
    body: Option<&Value>,
    deadline: Duration,
) -> Result<Answer, String> {
    let mut request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let body = body.map(ToString::to_string).unwrap_or_default();
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let exchange = async {
        let response = client.request(request).await.map_err(|error| crate::log::chain(&error))?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| crate::log::chain(&error))?;
        Ok(Answer { status, text: String::from_utf8_lossy(&body.to_bytes()).into_owned() })
    };
    tokio::time::timeout(deadline, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} ms", deadline.as_millis())))
}
