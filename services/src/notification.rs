//! Notification: tells the customer that the order arrived, once.
//!
//! **Invariant:** one order, one notification, however often its event comes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::config::ConfigError;
use crate::database::{self, Schema};
use crate::failure::Failure;
use crate::host::Host;
use crate::kafka::{Cluster, Consumer, Handle, Trouble, Work};
use crate::pool::Pool;

const TOPIC: &str = "orders.placed";

const SCHEMA: Schema = Schema {
    name: "notification",
    steps: &["
        create table notification.notifications (
            order_id uuid primary key,
            account text not null,
            message text not null,
            sent_at timestamptz not null default now()
        );
        create table notification.dead_letters (
            place text primary key,
            payload text not null,
            reason text not null,
            created_at timestamptz not null default now()
        )
    "],
};

struct Post {
    pool: Pool,
}

#[derive(Deserialize)]
struct Placed {
    order_id: Uuid,
    account: String,
    total_cents: i64,
}

/// Builds the API and starts sending.
pub(crate) fn start(host: &Arc<Host>) -> Result<Router, ConfigError> {
    let pool = Pool::from_env(host)?;
    let inbox = Work::new(host, TOPIC, Post { pool: pool.clone() });
    let (host, cluster) = (Arc::clone(host), Cluster::from_env()?);
    let migrated = database::migrate(&host, &pool, SCHEMA);
    Consumer { host, cluster, group: "notification", topic: TOPIC, inbox }.start(migrated);
    Ok(Router::new().route("/notifications/{order_id}", get(read)).with_state(pool))
}

impl Handle for Post {
    async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
        let placed: Placed = serde_json::from_slice(payload).map_err(|error| Trouble::Never(error.to_string()))?;
        let message = format!("We have your order of {}.", money(placed.total_cents));
        let statement = "
            insert into notification.notifications (order_id, account, message) values ($1, $2, $3) on conflict do nothing";
        let connection = self.pool.get().await.map_err(Trouble::Later)?;
        let sent = connection.execute(statement, &[&placed.order_id, &placed.account, &message]).await;
        sent.map(drop).map_err(|error| Trouble::Later(error.into()))
    }

    async fn keep_aside(&self, place: &str, payload: &[u8], reason: &str) -> Result<(), Failure> {
        database::keep_aside(&self.pool, SCHEMA, place, payload, reason).await
    }
}

async fn read(State(pool): State<Pool>, Path(order_id): Path<Uuid>) -> Result<Json<Value>, Failure> {
    let statement = "
        select jsonb_build_object('order_id', order_id, 'message', message, 'sent_at', sent_at)
        from notification.notifications where order_id = $1";
    let row = pool.get().await?.query_opt(statement, &[&order_id]).await?;
    row.map(|row| Json(row.get(0))).ok_or(Failure::Missing("notification"))
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_places() {
        assert_eq!((money(2630), money(5)), ("26.30".to_owned(), "0.05".to_owned()));
    }
}
