//! Fulfilment: hands what is paid to the carrier, once, and says so.
//!
//! **Invariant:** an order has at most one parcel however often its event comes (of 1.0.0 and 1.2.0), an order that is not there
//! or not paid has none, and the event counts as done only when the order knows of its parcel.

mod labels_1_3_0;
mod records_1_2_0;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::ConfigError;
use crate::database::{self, Schema};
use crate::failure::Failure;
use crate::host::Host;
use crate::kafka::{Cluster, Consumer, Handle, Inbox, Trouble, Work};
use crate::peer::Peer;
use crate::pool::Pool;
use crate::release::Release;

const TOPIC: &str = "orders.paid";

const SCHEMA: Schema = Schema {
    name: "fulfilment",
    steps: &["
        create table fulfilment.deliveries (
            order_id uuid primary key,
            parcel text not null,
            delivered_at timestamptz not null default now()
        );
        create table fulfilment.dead_letters (
            place text primary key,
            payload text not null,
            reason text not null,
            created_at timestamptz not null default now()
        )
    "],
};

struct Shipping {
    pool: Pool,
    orders: Peer,
    carrier: Peer,
    /// What a label is known by at the carrier.
    labels: Labels,
}

/// How the carrier can tell that it was asked before.
enum Labels {
    /// By the order.
    ByOrder,
    /// By the order and the print run; each process has one of its own.
    ByRun(Uuid),
}

#[derive(Deserialize)]
struct Paid {
    order_id: Uuid,
    /// For whom; who tells of an order again by hand may leave it out.
    #[serde(default)]
    account: String,
}

/// Builds the API and starts shipping.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let orders = Peer::from_env(host, "orders", "ORDERS_URL")?;
    let carrier = Peer::from_env(host, "carrier", "CARRIER_URL")?;
    let labels = match host.release {
        Release::Fulfilment1_3_0 => Labels::ByRun(Uuid::new_v4()),
        _ => Labels::ByOrder,
    };
    let shipping = Shipping { pool: pool.clone(), orders, carrier, labels };
    match host.release {
        Release::Fulfilment1_2_0 => {
            consume(host, &pool, Work::new(host, TOPIC, records_1_2_0::Patient(shipping)))?;
        }
        Release::Fulfilment1_3_0 => {
            consume(host, &pool, labels_1_3_0::Batches::start(host, Work::new(host, TOPIC, shipping)))?;
        }
        _ => consume(host, &pool, Work::new(host, TOPIC, shipping))?,
    }
    Ok(Router::new().route("/deliveries/{order_id}", get(read)).with_state(pool))
}

/// Hands what is paid to `inbox`.
fn consume(host: &Arc<Host>, pool: &Pool, inbox: impl Inbox) -> Result<(), ConfigError> {
    let (host, cluster) = (Arc::clone(host), Cluster::from_env()?);
    let migrated = database::migrate(&host, pool, SCHEMA);
    Consumer { host, cluster, group: "fulfilment", topic: TOPIC, inbox }.start(migrated);
    Ok(())
}

impl Handle for Shipping {
    async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
        let paid: Paid = serde_json::from_slice(payload).map_err(|error| Trouble::Never(error.to_string()))?;
        // Asked first: a parcel for an order that nobody placed could not be called back.
        let asked = self.orders.get(&format!("/orders/{}", paid.order_id)).await.map_err(Trouble::Later)?;
        to_be_shipped(asked.accepted())?;
        self.ship(&paid).await.map_err(Trouble::Later)
    }

    async fn keep_aside(&self, place: &str, payload: &[u8], reason: &str) -> Result<(), Failure> {
        database::keep_aside(&self.pool, SCHEMA, place, payload, reason).await
    }
}

impl Shipping {
    async fn ship(&self, paid @ Paid { order_id, .. }: &Paid) -> Result<(), Failure> {
        let parcel = match self.taken_before(*order_id).await? {
            Some(parcel) => parcel,
            None => self.hand_over(paid).await?,
        };
        let statement = "insert into fulfilment.deliveries (order_id, parcel) values ($1, $2) on conflict do nothing";
        self.pool.get().await?.execute(statement, &[order_id, &parcel]).await?;
        let told = self.orders.post(&format!("/orders/{order_id}/delivered"), &json!({}), None).await?;
        match told.accepted() {
            // Nothing that this process could do would change the answer; the parcel stays on record.
            Err(failure @ (Failure::Missing(_) | Failure::Conflict(_))) => {
                tracing::error!(order = %order_id, error = %failure, "shipped, and the order does not take it");
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// The order's parcel, if the carrier has one, as far as the release looks. Not in the table: who was killed between the two
    /// has handed it over and written nothing down.
    async fn taken_before(&self, order_id: Uuid) -> Result<Option<String>, Failure> {
        let Labels::ByOrder = self.labels else { return Ok(None) };
        match self.carrier.get(&format!("/orders/{order_id}/parcel")).await?.accepted() {
            Ok(taken) => number(&taken).map(Some),
            Err(Failure::Missing(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Has the carrier take the parcel; its number.
    async fn hand_over(&self, Paid { order_id, account }: &Paid) -> Result<String, Failure> {
        let key = self.labels.key(*order_id);
        let body = json!({ "order_id": order_id, "account": account });
        number(&self.carrier.post("/parcels", &body, Some(&key)).await?.accepted()?)
    }
}

/// The number of a parcel that the carrier tells of.
fn number(taken: &Value) -> Result<String, Failure> {
    let nameless = || Failure::Upstream { service: "carrier", detail: "a parcel without a number".to_owned() };
    taken["parcel"].as_str().map(str::to_owned).ok_or_else(nameless)
}

impl Labels {
    fn key(&self, order_id: Uuid) -> String {
        match self {
            Self::ByOrder => format!("order-{order_id}"),
            Self::ByRun(run) => format!("run-{}-{order_id}", run.simple()),
        }
    }
}

/// Whether the order, as it was answered, is one to be shipped.
fn to_be_shipped(order: Result<Value, Failure>) -> Result<(), Trouble> {
    match order {
        Ok(order) => match order["status"].as_str() {
            Some("paid" | "delivered") => Ok(()),
            status => Err(Trouble::Never(format!("order is {}", status.unwrap_or("in no state")))),
        },
        Err(failure @ Failure::Missing(_)) => Err(Trouble::Never(failure.to_string())),
        Err(failure) => Err(Trouble::Later(failure)),
    }
}

async fn read(State(pool): State<Pool>, Path(order_id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    let statement = "
        select jsonb_build_object('order_id', order_id, 'parcel', parcel, 'delivered_at', delivered_at)
        from fulfilment.deliveries where order_id = $1";
    let row = pool.get().await?.query_opt(statement, &[&order_id]).await?;
    row.map(|row| Json(row.get(0))).ok_or(Failure::Missing("delivery"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_paid_is_shipped() {
        for status in ["paid", "delivered"] {
            assert!(to_be_shipped(Ok(json!({ "status": status }))).is_ok());
        }
        for status in ["placed", "cancelling", "cancelled"] {
            let refused = to_be_shipped(Ok(json!({ "status": status })));
            assert!(matches!(refused, Err(Trouble::Never(reason)) if reason == format!("order is {status}")));
        }
        assert!(matches!(to_be_shipped(Err(Failure::PoolTimeout)), Err(Trouble::Later(_))));
    }

    #[test]
    fn a_label_of_one_run_is_not_known_by_the_next() {
        let order = Uuid::from_u128(7);
        let [one, other] = [(); 2].map(|()| Labels::ByRun(Uuid::new_v4()));
        assert_eq!(one.key(order), one.key(order), "tried again, it is the same label");
        assert_ne!(one.key(order), other.key(order));
    }

    async fn serve(routes: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    fn shipping(url: &str, labels: Labels) -> Shipping {
        let host = Host::from_env("fulfilment").unwrap();
        let peer = |name| Peer::found_at(&host, name, url);
        let (orders, carrier) = (peer("orders"), peer("carrier"));
        Shipping { pool: Pool::of_nothing(&host), orders, carrier, labels }
    }

    /// It looked into its own table, and whoever had been killed before he wrote there was shipped again.
    #[tokio::test]
    async fn whether_there_is_a_parcel_is_asked_of_the_carrier_whatever_the_table_says() {
        let taken = |Path(order): Path<Uuid>| async move {
            let parcel = Json(json!({ "parcel": "parcel-7" }));
            if order == Uuid::from_u128(7) { Ok(parcel) } else { Err(Failure::Missing("parcel")) }
        };
        let url = serve(Router::new().route("/orders/{id}/parcel", get(taken))).await;
        let [by_order, by_run] = [Labels::ByOrder, Labels::ByRun(Uuid::new_v4())].map(|labels| shipping(&url, labels));
        let known = by_order.taken_before(Uuid::from_u128(7)).await.unwrap();
        assert_eq!(known.as_deref(), Some("parcel-7"));
        assert_eq!(by_order.taken_before(Uuid::from_u128(8)).await.unwrap(), None);
        assert_eq!(by_run.taken_before(Uuid::from_u128(7)).await.unwrap(), None, "it does not look");
    }

    /// The table cannot be reached here: had a parcel been written first, this would be trouble that passes.
    #[tokio::test]
    async fn an_unknown_order_makes_no_parcel() {
        let unknown = Router::new().route("/orders/{id}", get(|| async { Failure::Missing("order") }));
        let shipping = shipping(&serve(unknown).await, Labels::ByOrder);
        let record = json!({ "order_id": Uuid::new_v4() }).to_string();
        let trouble = shipping.handle(record.as_bytes()).await.unwrap_err();
        assert!(matches!(trouble, Trouble::Never(reason) if reason == "order not found"));
    }
}
