//! Carries the outbox to Kafka: every event at least once, those of one order in their order.
//!
//! **Invariant:** a row is marked as published only after all in-sync brokers have it, and only one relay works at a time.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::backoff::Backoff;
use crate::failure::Failure;
use crate::host::Host;
use crate::kafka::{Cluster, Producer, Record};
use crate::pool::Pool;

/// Replicas share this lock, so that two of them cannot overtake each other.
const LOCK: i64 = 0x4f55_5442_4f58;
const BATCH: i64 = 200;
const EVERY: Duration = Duration::from_millis(500);

/// Works until the process stops; events that are left then are the next relay's. Orders are taken without Kafka too: that is
/// what the outbox is for, so readiness does not wait for this.
pub(super) fn start(host: &Arc<Host>, pool: &Pool, news: &Arc<Notify>, cluster: Cluster, migrated: JoinHandle<()>) {
    let (host, pool, news) = (Arc::clone(host), pool.clone(), Arc::clone(news));
    tokio::spawn(async move {
        cluster.make_topics().await;
        let _ = migrated.await;
        tokio::select! {
            () = host.stopped() => {}
            () = work(&host, &pool, &news, &cluster) => {}
        }
    });
}

async fn work(host: &Host, pool: &Pool, news: &Notify, cluster: &Cluster) {
    let mut backoff = Backoff::default();
    loop {
        // A producer that met a fatal error stays dead, so trouble always starts with a new one.
        let trouble = match cluster.producer() {
            Ok(producer) => round_after_round(host, pool, news, &producer, &mut backoff).await,
            Err(failure) => failure,
        };
        tracing::warn!(error = %trouble, detail = trouble.detail(), "outbox will be tried again");
        backoff.wait().await;
    }
}

async fn round_after_round(
    host: &Host,
    pool: &Pool,
    news: &Notify,
    producer: &Producer,
    backoff: &mut Backoff,
) -> Failure {
    loop {
        match publish(host, pool, producer).await {
            Ok(BATCH..) => continue,
            Ok(_) => backoff.reset(),
            Err(failure) => return failure,
        }
        let _ = tokio::time::timeout(EVERY, news.notified()).await;
    }
}

/// Publishes one batch; returns how many events it had.
async fn publish(host: &Host, pool: &Pool, producer: &Producer) -> Result<i64, Failure> {
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    let mine: bool = transaction.query_one("select pg_try_advisory_xact_lock($1)", &[&LOCK]).await?.get(0);
    if !mine {
        return Ok(0);
    }
    let statement =
        "select id, topic, key, payload, request_id from orders.outbox where published_at is null order by id limit $1";
    let rows = transaction.query(statement, &[&BATCH]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let records = rows.iter().map(|row| Record {
        topic: row.get("topic"),
        key: row.get("key"),
        payload: row.get::<_, Value>("payload").to_string(),
        request_id: row.get("request_id"),
    });
    producer.send_all(records).await?;
    for row in &rows {
        host.metrics.records.with_label_values(&[row.get("topic"), "published"]).inc();
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.get("id")).collect();
    transaction.execute("update orders.outbox set published_at = now() where id = any($1)", &[&ids]).await?;
    transaction.commit().await?;
    Ok(i64::try_from(rows.len()).unwrap_or(BATCH))
}
