//! Calls another service of the shop: with the request's id, a deadline, and a second try where nothing was sent yet.
//!
//! **Invariant:** a call is repeated only if it never reached the other side; every answer that is not an answer is a `Failure`.

use std::time::Duration;

use axum::http::StatusCode;
use reqwest::{Client, Method};
use serde::Serialize;
use serde_json::Value;

use crate::config::{self, ConfigError};
use crate::failure::{Failure, describe};
use crate::server;

/// A service that this one depends on.
#[derive(Clone)]
pub(crate) struct Peer {
    service: &'static str,
    url: String,
    client: Client,
}

/// What a peer answered.
pub(crate) struct Answer {
    /// Its status, never 5xx.
    pub(crate) status: StatusCode,
    /// Its JSON, or null.
    pub(crate) body: Value,
}

impl Peer {
    /// The peer whose address is in `variable`.
    pub(crate) fn from_env(service: &'static str, variable: &'static str) -> Result<Self, ConfigError> {
        let url = config::required(variable)?.trim_end_matches('/').to_owned();
        let client = Client::builder()
            .connect_timeout(Duration::from_millis(500))
            .timeout(Duration::from_millis(2500))
            .pool_idle_timeout(Duration::from_secs(20))
            .tcp_nodelay(true)
            // The cluster's own names never go through a proxy.
            .no_proxy()
            .build()
            .map_err(|_| ConfigError::Malformed { name: variable, value: url.clone(), expected: "usable" })?;
        Ok(Self { service, url, client })
    }

    /// Asks without sending anything.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.call(Method::GET, path, None::<&()>, None).await
    }

    /// Takes something back.
    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.call(Method::DELETE, path, None::<&()>, None).await
    }

    /// Sends a body; `key` becomes the Idempotency-Key.
    pub(crate) async fn post<B: Serialize>(&self, path: &str, body: &B, key: Option<&str>) -> Result<Answer, Failure> {
        self.call(Method::POST, path, Some(body), key).await
    }

    async fn call<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let mut tries = 0;
        loop {
            let mut request = self.client.request(method.clone(), format!("{}{path}", self.url));
            if let Some(id) = server::request_id() {
                request = request.header(server::REQUEST_ID, id);
            }
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            match request.send().await {
                Ok(response) => return self.read(response).await,
                Err(error) if error.is_connect() && tries < 2 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(50 * tries)).await;
                }
                Err(error) => return Err(self.unavailable(describe(&error))),
            }
        }
    }

    async fn read(&self, response: reqwest::Response) -> Result<Answer, Failure> {
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.unavailable(describe(&error)))?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_server_error() {
            let said = body["error"].as_str().unwrap_or("no reason given");
            return Err(self.unavailable(format!("{} answered {status}: {said}", self.service)));
        }
        Ok(Answer { status, body })
    }

    fn unavailable(&self, detail: String) -> Failure {
        Failure::Upstream { service: self.service, detail }
    }
}

impl Answer {
    /// What the other side gave as its reason.
    pub(crate) fn reason(&self) -> String {
        self.body["error"].as_str().unwrap_or("no reason given").to_owned()
    }

    /// The body of a success; a refusal becomes the same refusal of this service.
    pub(crate) fn accepted(self) -> Result<Value, Failure> {
        match self.status {
            status if status.is_success() => Ok(self.body),
            StatusCode::NOT_FOUND => Err(Failure::Missing("order")),
            StatusCode::CONFLICT => Err(Failure::Conflict(self.reason())),
            StatusCode::UNPROCESSABLE_ENTITY => Err(Failure::KeyReused),
            StatusCode::PAYMENT_REQUIRED => Err(Failure::Declined(self.reason())),
            _ => Err(Failure::Invalid(self.reason())),
        }
    }
}
