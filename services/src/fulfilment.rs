//! Fulfilment: ships what is paid, once, and says so.
//!
//! **Invariant:** an order has at most one parcel however often its event comes, and the event counts as done only when the
//! order knows of its parcel.

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
use crate::kafka::{Cluster, Consumer, Handle, Trouble};
use crate::peer::Peer;
use crate::pool::Pool;

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
    let orders = Peer::from_env("orders", "ORDERS_URL")?;
    let cluster = Cluster::from_env()?;
    let migrated = database::migrate(host, &pool, SCHEMA);
    let need = host.needs("kafka topics");
    let handler = Shipping { pool: pool.clone(), orders };
    let consumer = Consumer {
        host: Arc::clone(host),
        cluster: cluster.clone(),
        group: "fulfilment",
        topic: "orders.paid",
        handler,
    };
    tokio::spawn(async move {
        cluster.make_topics().await;
        let _ = migrated.await;
        need.met();
        consumer.run().await;
    });
    Ok(Router::new().route("/deliveries/{order_id}", get(read)).with_state(pool))
}

impl Handle for Shipping {
    async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
        let Paid { order_id } = serde_json::from_slice(payload).map_err(|error| Trouble::Never(error.to_string()))?;
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

async fn read(State(pool): State<Pool>, Path(order_id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    let statement = "
        select jsonb_build_object('order_id', order_id, 'parcel', parcel, 'delivered_at', delivered_at)
        from fulfilment.deliveries where order_id = $1";
    let row = pool.get().await?.query_opt(statement, &[&order_id]).await?;
    row.map(|row| Json(row.get(0))).ok_or(Failure::Missing("delivery"))
}
