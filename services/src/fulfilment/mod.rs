//! Fulfilment: ships what is paid, once, and says so.
//!
//! **Invariant:** an order has at most one parcel however often its event comes, an order that is not there or not paid has
//! none, and the event counts as done only when the order knows of its parcel.

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
}

#[derive(Deserialize)]
struct Paid {
    order_id: Uuid,
}

/// Builds the API and starts shipping.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let orders = Peer::from_env(host, "orders", "ORDERS_URL")?;
    let shipping = Shipping { pool: pool.clone(), orders };
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

/// Hands what is paid to `inbox`, once tables and topics are there.
fn consume(host: &Arc<Host>, pool: &Pool, inbox: impl Inbox) -> Result<(), ConfigError> {
    let cluster = Cluster::from_env()?;
    let migrated = database::migrate(host, pool, SCHEMA);
    let need = host.needs("kafka topics");
    let consumer =
        Consumer { host: Arc::clone(host), cluster: cluster.clone(), group: "fulfilment", topic: TOPIC, inbox };
    tokio::spawn(async move {
        cluster.make_topics(&crate::orders::TOPICS).await;
        let _ = migrated.await;
        need.met();
        consumer.run().await;
    });
    Ok(())
}

impl Handle for Shipping {
    async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
        let Paid { order_id } = serde_json::from_slice(payload).map_err(|error| Trouble::Never(error.to_string()))?;
        // Asked first: a parcel for an order that nobody placed could not be called back.
        let asked = self.orders.get(&format!("/orders/{order_id}")).await.map_err(Trouble::Later)?;
        to_be_shipped(asked.accepted())?;
        self.ship(order_id).await.map_err(Trouble::Later)
    }

    async fn keep_aside(&self, place: &str, payload: &[u8], reason: &str) -> Result<(), Failure> {
        database::keep_aside(&self.pool, SCHEMA, place, payload, reason).await
    }
}

impl Shipping {
    async fn ship(&self, order_id: Uuid) -> Result<(), Failure> {
        let parcel = format!("parcel-{}", order_id.simple());
        let statement = "insert into fulfilment.deliveries (order_id, parcel) values ($1, $2) on conflict do nothing";
        self.pool.get().await?.execute(statement, &[&order_id, &parcel]).await?;
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

    /// The table cannot be reached here: had a parcel been written first, this would be trouble that passes.
    #[tokio::test]
    async fn an_unknown_order_makes_no_parcel() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let unknown = Router::new().route("/orders/{id}", get(|| async { Failure::Missing("order") }));
        tokio::spawn(async move { axum::serve(listener, unknown).await });
        let host = Host::from_env("fulfilment").unwrap();
        let shipping = Shipping { pool: Pool::of_nothing(&host), orders: Peer::found_at(&host, "orders", &url) };
        let record = json!({ "order_id": Uuid::new_v4() }).to_string();
        let trouble = shipping.handle(record.as_bytes()).await.unwrap_err();
        assert!(matches!(trouble, Trouble::Never(reason) if reason == "order not found"));
    }
}
