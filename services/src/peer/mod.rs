//! Calls another service of the shop: with the request's id, a deadline, and further tries where the rule allows them.
//!
//! **Invariant:** every answer that is not an answer is a `Failure`, and every further try is counted.

mod retries;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus::IntCounter;
use reqwest::{Client, Method};
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::retries::{Miss, Retries};
use crate::config::{self, ConfigError};
use crate::failure::{Failure, describe};
use crate::host::Host;
use crate::log::Limit;
use crate::server;

/// A service that this one depends on.
#[derive(Clone)]
pub(crate) struct Peer {
    service: &'static str,
    url: String,
    client: Client,
    retries: Retries,
    counted: IntCounter,
    limit: Arc<Limit>,
}

/// A try that brought no answer.
struct Missed {
    miss: Miss,
    failure: Failure,
}

/// What a peer answered.
pub(crate) struct Answer {
    /// Its status, never 5xx.
    pub(crate) status: StatusCode,
    /// Its JSON, or null.
    pub(crate) body: Value,
}

impl Peer {
    /// The peer whose address is in `variable`, called again only where nothing was sent.
    pub(crate) fn from_env(host: &Host, service: &'static str, variable: &'static str) -> Result<Self, ConfigError> {
        Self::waiting(host, service, variable, Some(2500))
    }

    /// The same, where a call takes `longest_ms` at most unless `PEER_TIMEOUT_MS` says otherwise; as long as it takes without.
    pub(crate) fn waiting(
        host: &Host,
        service: &'static str,
        variable: &'static str,
        longest_ms: Option<u64>,
    ) -> Result<Self, ConfigError> {
        let url = config::required(variable)?.trim_end_matches('/').to_owned();
        let malformed = ConfigError::Malformed { name: variable, value: url.clone(), expected: "usable" };
        let longest = config::number_if_set("PEER_TIMEOUT_MS")?.or(longest_ms).map(Duration::from_millis);
        Self::at(host, service, url, longest)?.ok_or(malformed)
    }

    /// The peer at an address; none when no client can be made.
    fn at(
        host: &Host,
        service: &'static str,
        url: String,
        longest: Option<Duration>,
    ) -> Result<Option<Self>, ConfigError> {
        let client = Client::builder()
            .connect_timeout(Duration::from_millis(500))
            .pool_idle_timeout(Duration::from_secs(20))
            .tcp_nodelay(true)
            // The cluster's own names never go through a proxy.
            .no_proxy();
        let client = longest.into_iter().fold(client, reqwest::ClientBuilder::timeout).build();
        let counted = host.metrics.retries.with_label_values(&[service]);
        let (retries, limit) = (Retries::of_what_was_not_sent()?, Arc::new(Limit::new()));
        Ok(client.ok().map(|client| Self { service, url, client, retries, counted, limit }))
    }

    /// The same peer, called again by another rule.
    pub(crate) fn again(self, retries: Retries) -> Self {
        Self { retries, ..self }
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
        let mut retries = 0;
        loop {
            let missed = match self.once(&method, path, body, key).await {
                Ok(answer) => return Ok(answer),
                Err(missed) => missed,
            };
            let Some(pause) = self.retries.next(missed.miss, retries) else { return Err(missed.failure) };
            retries += 1;
            self.note(retries, &missed.failure);
            tokio::time::sleep(pause).await;
        }
    }

    async fn once<B: Serialize>(
        &self,
        method: &Method,
        path: &str,
        body: Option<&B>,
        key: Option<&str>,
    ) -> Result<Answer, Missed> {
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
        let response = request.send().await.map_err(|error| self.missed(&error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.missed(&error))?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_server_error() {
            let said = body["error"].as_str().unwrap_or("no reason given");
            let failure = self.unavailable(format!("{} answered {status}: {said}", self.service));
            return Err(Missed { miss: Miss::Unavailable, failure });
        }
        Ok(Answer { status, body })
    }

    /// Counts a further try, and writes why it is made.
    fn note(&self, retry: u32, failure: &Failure) {
        self.counted.inc();
        if let Some(suppressed) = self.limit.pass() {
            let request_id = server::request_id();
            let request_id = request_id.as_ref().and_then(|id| id.to_str().ok());
            let (service, detail) = (self.service, failure.detail());
            tracing::warn!(service, retry, detail, request_id, suppressed, "call made again");
        }
    }

    fn missed(&self, error: &reqwest::Error) -> Missed {
        let miss = if error.is_connect() {
            Miss::Unsent
        } else if error.is_timeout() {
            Miss::Late
        } else {
            Miss::Broken
        };
        Missed { miss, failure: self.unavailable(describe(error)) }
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

#[cfg(test)]
impl Peer {
    /// The peer at an address, for tests.
    pub(crate) fn found_at(host: &Host, service: &'static str, url: &str) -> Self {
        Self::at(host, service, url.to_owned(), Some(Duration::from_millis(300))).unwrap().unwrap()
    }
}
