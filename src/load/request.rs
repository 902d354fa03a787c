//! What a customer sends, and what he takes for a promise.
//!
//! **Invariant**: a request is made from its kind and its number alone, and no two requests of a run share an idempotency key.

use http_body_util::Full;
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue},
};
use serde::Deserialize;

use super::failure::Failure;
use crate::model::{
    ledger::{Outcome, amount_cents},
    scenario::RequestKind,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Enough accounts that nobody pays so often that the shop's velocity rules would step in.
const ACCOUNTS: u64 = 5_000;

/// Things that the shop sells from its first day.
const GOODS: [&str; 4] = ["tea-green", "coffee-dark", "mug-blue", "filter"];

/// The requests of one kind in one run.
pub(super) struct Requests {
    kind: RequestKind,
    prefix: String,
    host: HeaderValue,
}

impl Requests {
    /// `run` begins every idempotency key, `shop` is the host that is asked for.
    pub(super) fn new(kind: RequestKind, run: &str, shop: std::net::SocketAddr) -> Self {
        // An address is always a valid header value; the fallback is never taken.
        let host = HeaderValue::try_from(shop.to_string()).unwrap_or(HeaderValue::from_static("localhost"));
        Self { kind, prefix: prefix(run, kind), host }
    }

    /// The request with this number.
    pub(super) fn build(&self, seq: u64) -> Request<Full<Bytes>> {
        let account = seq % ACCOUNTS;
        let (method, path, body) = match self.kind {
            RequestKind::Payment => {
                let amount = amount_cents(seq);
                let body = format!(r#"{{"account":"customer-{account}","amount_cents":{amount},"method":"wallet"}}"#);
                (Method::POST, "/payments", body)
            }
            RequestKind::Checkout => {
                let (sku, quantity) = (GOODS[usize::try_from(seq % 4).unwrap_or_default()], 1 + seq % 3);
                let items = format!(r#"[{{"sku":"{sku}","quantity":{quantity}}}]"#);
                // An account of its own for each order: whatever is done for it anywhere can be told by that.
                let account = format!("{}{seq}", self.prefix);
                (Method::POST, "/checkout", format!(r#"{{"items":{items},"account":"{account}"}}"#))
            }
            RequestKind::Browse => (Method::GET, "/products", String::new()),
        };
        let writes = method == Method::POST;
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = hyper::Uri::from_static(path);
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        if writes {
            headers.insert(CONTENT_TYPE, JSON);
            if let Ok(key) = HeaderValue::try_from(format!("{}{seq}", self.prefix)) {
                headers.insert(IDEMPOTENCY_KEY, key);
            }
        }
        request
    }

    /// Whether the answer is what was promised, and what the customer now believes.
    pub(super) fn judge(&self, status: StatusCode, body: &[u8]) -> (Result<(), Failure>, Outcome) {
        let failure = Failure::Status(status.as_u16());
        match status {
            _ if status.is_success() && self.says_done(body) => (Ok(()), Outcome::Ok),
            // A promise that cannot be read is none, yet the deed may be done.
            _ if status.is_success() => (Err(Failure::Garbled), Outcome::Info),
            // The service looked at the request and would not begin with it.
            _ if status.is_client_error() => (Err(failure), Outcome::Fail),
            // Whoever says 5xx may have done the deed, or a part of it, before something behind it failed; so may a
            // service that ran out of time or of connections: it answers 503.
            _ => (Err(failure), Outcome::Info),
        }
    }

    fn says_done(&self, body: &[u8]) -> bool {
        match self.kind {
            RequestKind::Payment => {
                serde_json::from_slice::<Receipt>(body).is_ok_and(|receipt| receipt.status == "captured")
            }
            RequestKind::Checkout => {
                serde_json::from_slice::<Receipt>(body).is_ok_and(|receipt| !receipt.id.is_empty())
            }
            RequestKind::Browse => serde_json::from_slice::<Shelf>(body).is_ok_and(|shelf| !shelf.products.is_empty()),
        }
    }
}

/// How all idempotency keys of one kind in one run begin.
pub(super) fn prefix(run: &str, kind: RequestKind) -> String {
    // `payment-success` is the probe's name: the kind is its first word.
    let kind = kind.probe().split('-').next().unwrap_or_default();
    format!("{run}-{kind}-")
}

/// What a customer keeps of an answer.
#[derive(Deserialize)]
struct Receipt<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    status: std::borrow::Cow<'a, str>,
}

/// What a visitor sees.
#[derive(Deserialize)]
struct Shelf {
    products: Vec<serde::de::IgnoredAny>,
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn requests(kind: RequestKind) -> Requests {
        Requests::new(kind, "run-1", ([127, 0, 0, 1], 27080).into())
    }

    #[tokio::test]
    async fn a_payment_carries_its_key_and_its_amount() {
        let request = requests(RequestKind::Payment).build(7);
        assert_eq!(request.headers()["idempotency-key"], "run-1-payment-7");
        assert_eq!(request.headers()["host"], "127.0.0.1:27080");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let expected =
            serde_json::json!({"account": "customer-7", "amount_cents": amount_cents(7), "method": "wallet"});
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn an_order_is_for_an_account_of_its_own() {
        let request = requests(RequestKind::Checkout).build(7);
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["account"], "run-1-checkout-7");
    }

    /// A 503 of the pool's timeout may follow a captured payment.
    #[test]
    fn only_a_4xx_is_a_refusal_and_every_5xx_is_indeterminate() {
        let payments = requests(RequestKind::Payment);
        let outcome = |status| payments.judge(StatusCode::from_u16(status).unwrap(), b"{}").1;
        for status in [400, 402, 404, 409, 422, 429] {
            assert_eq!(outcome(status), Outcome::Fail, "{status}");
        }
        for status in [200, 201, 301, 500, 502, 503, 504] {
            assert_eq!(outcome(status), Outcome::Info, "{status}");
        }
    }

    #[test]
    fn only_what_says_so_is_a_promise() {
        let payments = requests(RequestKind::Payment);
        let judge = |status, body: &str| payments.judge(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        assert_eq!(judge(201, r#"{"id":"pay-1","status":"captured"}"#), (Ok(()), Outcome::Ok));
        assert_eq!(judge(201, "<html>"), (Err(Failure::Garbled), Outcome::Info));
        assert_eq!(judge(200, r#"{"id":"pay-1","status":"voided"}"#), (Err(Failure::Garbled), Outcome::Info));
        assert_eq!(judge(503, r#"{"error":"pool timeout"}"#), (Err(Failure::Status(503)), Outcome::Info));
        assert_eq!(judge(504, ""), (Err(Failure::Status(504)), Outcome::Info));
    }

    #[test]
    fn goods_are_a_list_with_something_in_it() {
        let browse = requests(RequestKind::Browse);
        assert_eq!(browse.judge(StatusCode::OK, br#"{"products":[{"sku":"tea-green"}]}"#).0, Ok(()));
        assert_eq!(browse.judge(StatusCode::OK, br#"{"products":[]}"#).0, Err(Failure::Garbled));
    }
}
