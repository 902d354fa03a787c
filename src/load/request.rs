//! What a customer sends, and what he takes for a promise.
//!
//! **Invariant**: a request is made from its customers' name and its number alone, and no two requests of a run share an idempotency key.

use http_body_util::Full;
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    drawn::Drawn,
    failure::Failure,
    goods::{self, GOODS},
};
use crate::model::{
    customers::{Customers, Journey, Keys},
    ledger::{Outcome, amount_cents},
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Enough accounts that nobody pays so often that the shop's velocity rules would step in.
const ACCOUNTS: u64 = 5_000;

/// The requests of one kind of customers in one run.
pub(super) struct Requests {
    journey: Journey,
    keys: Keys,
    keyless: bool,
    may_wait: bool,
    prefix: String,
    host: HeaderValue,
}

impl Requests {
    /// `run` and `name` begin every idempotency key, `shop` is the host that is asked for.
    pub(super) fn new(name: &str, customers: &Customers, run: &str, shop: std::net::SocketAddr) -> Self {
        let Customers { journey, keys, keyless, may_wait, .. } = *customers;
        Self { journey, keys, keyless, may_wait, prefix: prefix(run, name), host: host(shop) }
    }

    /// The idempotency key of a request.
    pub(super) fn key(&self, seq: u64) -> String {
        format!("{}{seq}", self.prefix)
    }

    /// What a checkout buys: two to four different goods, in an order of its own.
    pub(super) fn basket(&self, seq: u64) -> Vec<(String, u32)> {
        let mut drawn = Drawn::new(&self.prefix, seq);
        let mut goods = GOODS.to_vec();
        drawn.shuffle(&mut goods);
        if let Keys::Hot(share) = self.keys
            && drawn.share() < share.0
        {
            goods.retain(|sku| *sku != GOODS[0]);
            goods.insert(0, GOODS[0]);
        }
        let lines = 1 + drawn.below(3);
        goods.truncate(lines + 1);
        goods.into_iter().map(|sku| (sku.to_owned(), 1 + u32::try_from(drawn.below(3)).unwrap_or_default())).collect()
    }

    /// The request with this number; `order` is one that was placed before, for those who look one up.
    pub(super) fn build(&self, seq: u64, order: Option<&str>) -> Request<Full<Bytes>> {
        let (method, path, body) = match self.journey {
            Journey::Payment => {
                let (account, amount) = (self.account(seq), amount_cents(seq));
                let body = format!(r#"{{"account":"customer-{account}","amount_cents":{amount},"method":"wallet"}}"#);
                (Method::POST, "/payments".to_owned(), body)
            }
            Journey::Checkout => {
                let items: Vec<_> = self
                    .basket(seq)
                    .into_iter()
                    .map(|(sku, quantity)| format!(r#"{{"sku":"{sku}","quantity":{quantity}}}"#))
                    .collect();
                // An account of its own for each order: whatever is done for it anywhere can be told by that.
                let (items, account) = (items.join(","), self.key(seq));
                (Method::POST, "/checkout".to_owned(), format!(r#"{{"items":[{items}],"account":"{account}"}}"#))
            }
            Journey::Browse => (Method::GET, "/products".to_owned(), String::new()),
            Journey::History => (Method::GET, format!("/orders/{}", order.unwrap_or("none")), String::new()),
        };
        let writes = method == Method::POST;
        let mut request = asked(method, &path, body, self.host.clone());
        let headers = request.headers_mut();
        if writes {
            headers.insert(CONTENT_TYPE, JSON);
            if let Ok(key) = HeaderValue::try_from(self.key(seq))
                && !self.keyless
            {
                headers.insert(IDEMPOTENCY_KEY, key);
            }
        }
        request
    }

    /// The question after an order.
    pub(super) fn look_up(&self, order: &str) -> Request<Full<Bytes>> {
        asked(Method::GET, &format!("/orders/{order}"), String::new(), self.host.clone())
    }

    fn account(&self, seq: u64) -> u64 {
        match self.keys {
            Keys::Hot(share) if Drawn::new(&self.prefix, seq).share() < share.0 => 0,
            Keys::Uniform | Keys::Hot(_) => seq % ACCOUNTS,
        }
    }

    /// Whether the answer is what was promised, and what the customer now believes. `says_when`: to come back.
    pub(super) fn judge(&self, status: StatusCode, says_when: bool, body: &[u8]) -> (Result<(), Failure>, Outcome) {
        let failure = Failure::Status(status.as_u16());
        let puts_off = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) && says_when;
        let (result, outcome) = match status {
            _ if status.is_success() && self.says_done(body) => (Ok(()), Outcome::Ok),
            // A promise that cannot be read is none, yet the deed may be done.
            _ if status.is_success() => (Err(Failure::Garbled), Outcome::Info),
            // The service looked at the request and would not begin with it.
            _ if status.is_client_error() => (Err(failure), Outcome::Fail),
            // Whoever says 5xx may have done the deed, or a part of it, before something behind it failed; so may a
            // service that ran out of time or of connections: it answers 503.
            _ => (Err(failure), Outcome::Info),
        };
        // Who may be asked to wait has been answered by that; of the deed it says no more than to anybody else.
        (if self.may_wait && puts_off { Ok(()) } else { result }, outcome)
    }

    fn says_done(&self, body: &[u8]) -> bool {
        match self.journey {
            Journey::Payment => serde_json::from_slice::<Said>(body).is_ok_and(|said| said.status == "captured"),
            Journey::Checkout | Journey::History => said_order(body).is_some(),
            Journey::Browse => goods::are_shown(body),
        }
    }
}

/// The order that an answer names.
pub(super) fn said_order(body: &[u8]) -> Option<Order> {
    let said: Said = serde_json::from_slice(body).ok()?;
    let (id, status) = (said.id.into_owned(), said.status.into_owned());
    (!id.is_empty()).then_some(Order { id, status, cents: said.total_cents })
}

/// An order as a customer is shown it.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) cents: Option<i64>,
}

fn asked(method: Method, path: &str, body: String, host: HeaderValue) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = method;
    // A path of ours is always one; an order's id that is none asks for the front page, which is no order either.
    *request.uri_mut() = path.parse().unwrap_or_default();
    request.headers_mut().insert(HOST, host);
    request
}

fn host(shop: std::net::SocketAddr) -> HeaderValue {
    // An address is always a valid header value; the fallback is never taken.
    HeaderValue::try_from(shop.to_string()).unwrap_or(HeaderValue::from_static("localhost"))
}

/// How all idempotency keys of one kind of customers in one run begin. The run's own name is its scenario's, which is half of the
/// answer, and every order in the shop's tables would tell it.
pub(super) fn prefix(run: &str, name: &str) -> String {
    format!("{}{name}-", accounts(run))
}

/// How the accounts begin of all customers of a run who check out.
pub(super) fn accounts(run: &str) -> String {
    let hash = Sha256::digest(run);
    let number = hash.iter().take(5).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:010x}-")
}

/// What a customer keeps of an answer.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    status: std::borrow::Cow<'a, str>,
    total_cents: Option<i64>,
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn requests(journey: Journey) -> Requests {
        let customers = Customers::new(journey, "1/s".parse().unwrap());
        Requests::new(journey.word(), &customers, "run-1", ([127, 0, 0, 1], 27080).into())
    }

    /// Whoever reads the shop's tables has not read which incident it is; two runs of the same one are told apart all the same.
    #[test]
    fn what_customers_leave_in_the_shop_does_not_name_the_incident() {
        let (one, other) =
            (prefix("lock-convoy-20260101-000000", "checkout"), prefix("lock-convoy-20260101-000001", "checkout"));
        assert!(!one.contains("lock") && one.ends_with("-checkout-") && one != other, "{one} {other}");
    }

    #[test]
    fn baskets_hold_two_to_four_different_goods_in_any_order_and_the_same_number_buys_the_same() {
        let checkouts = requests(Journey::Checkout);
        let baskets: Vec<_> = (0..200).map(|seq| checkouts.basket(seq)).collect();
        assert_eq!(baskets[7], checkouts.basket(7));
        let firsts: std::collections::BTreeSet<_> = baskets.iter().map(|basket| basket[0].0.clone()).collect();
        assert_eq!(firsts.len(), 4, "every good comes first in some basket");
        for basket in &baskets {
            let different: std::collections::BTreeSet<_> = basket.iter().map(|(sku, _)| sku).collect();
            assert!((2..=4).contains(&basket.len()) && different.len() == basket.len(), "{basket:?}");
        }
    }

    #[tokio::test]
    async fn a_payment_carries_its_key_and_its_amount() {
        let request = requests(Journey::Payment).build(7, None);
        assert_eq!(request.headers()["idempotency-key"], format!("{}7", prefix("run-1", "payment")));
        assert_eq!(request.headers()["host"], "127.0.0.1:27080");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let expected =
            serde_json::json!({"account": "customer-7", "amount_cents": amount_cents(7), "method": "wallet"});
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn an_order_is_for_an_account_of_its_own() {
        let request = requests(Journey::Checkout).build(7, None);
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["account"], format!("{}7", prefix("run-1", "checkout")));
    }

    /// A 503 of the pool's timeout may follow a captured payment.
    #[test]
    fn only_a_4xx_is_a_refusal_and_every_5xx_is_indeterminate() {
        let payments = requests(Journey::Payment);
        let outcome = |status| payments.judge(StatusCode::from_u16(status).unwrap(), false, b"{}").1;
        for status in [400, 402, 404, 409, 422, 429] {
            assert_eq!(outcome(status), Outcome::Fail, "{status}");
        }
        for status in [200, 201, 301, 500, 502, 503, 504] {
            assert_eq!(outcome(status), Outcome::Info, "{status}");
        }
    }

    #[test]
    fn only_what_says_so_is_a_promise() {
        let payments = requests(Journey::Payment);
        let judge = |status, body: &str| payments.judge(StatusCode::from_u16(status).unwrap(), false, body.as_bytes());
        assert_eq!(judge(201, r#"{"id":"pay-1","status":"captured"}"#), (Ok(()), Outcome::Ok));
        assert_eq!(judge(201, "<html>"), (Err(Failure::Garbled), Outcome::Info));
        assert_eq!(judge(200, r#"{"id":"pay-1","status":"voided"}"#), (Err(Failure::Garbled), Outcome::Info));
        assert_eq!(judge(503, r#"{"error":"pool timeout"}"#), (Err(Failure::Status(503)), Outcome::Info));
        assert_eq!(judge(504, ""), (Err(Failure::Status(504)), Outcome::Info));
    }

    /// A list of anything was a shop window, and an edge that answered `[0]` by itself served everybody.
    #[test]
    fn a_painted_window_is_garbled() {
        let browse = requests(Journey::Browse);
        assert_eq!(browse.judge(StatusCode::OK, false, br#"{"products":[0]}"#).0, Err(Failure::Garbled));
        assert_eq!(browse.judge(StatusCode::OK, false, goods::WINDOW.as_bytes()), (Ok(()), Outcome::Ok));
    }

    #[test]
    fn only_who_may_wait_is_content_with_a_time_to_come_back() {
        let customers = Customers { may_wait: true, ..Customers::new(Journey::Browse, "1/s".parse().unwrap()) };
        let waits = Requests::new("crowd", &customers, "run-1", ([127, 0, 0, 1], 27080).into());
        let judge = |who: &Requests, status, says_when| {
            who.judge(StatusCode::from_u16(status).unwrap(), says_when, b"<html>").0.is_ok()
        };
        assert!(judge(&waits, 503, true) && judge(&waits, 429, true));
        // Neither a refusal without a word of later, nor an answer that is none.
        assert!(!judge(&waits, 503, false) && !judge(&waits, 502, true) && !judge(&waits, 200, true));
        assert!(!judge(&requests(Journey::Browse), 503, true));
    }
}
