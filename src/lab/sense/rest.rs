//! What still moves in a lab after its customers have gone: the outbox, consumers, half-way orders, requests in flight.
//!
//! **Invariant**: what cannot be asked counts as moving, with the reason.

use std::time::Duration;

use super::{SenseTarget, in_flight, lag, postgres};

/// How long each source may take.
const DEADLINE: Duration = Duration::from_secs(8);

const STATES: &str = "select state, count(*) from orders.orders where state in ('placed', 'cancelling') group by state
    order by state";
const OUTBOX: &str = "select count(*) from orders.outbox where published_at is null";

/// All of it, in words; empty when everything is at rest.
pub(super) async fn moving(target: &SenseTarget) -> Vec<String> {
    let (orders, consumers, requests) = tokio::join!(
        said("orders and their outbox", orders(&target.postgres)),
        said("Kafka's consumer groups", lag::behind(&target.kafka)),
        said("requests in flight", in_flight::pods(target)),
    );
    [orders, consumers, requests].concat()
}

async fn said(what: &str, asked: impl Future<Output = Result<Vec<String>, String>>) -> Vec<String> {
    match tokio::time::timeout(DEADLINE, asked).await {
        Ok(Ok(moving)) => moving,
        Ok(Err(why)) => vec![format!("{what} cannot be read: {why}")],
        Err(_) => vec![format!("{what} cannot be read: no answer within {} s", DEADLINE.as_secs())],
    }
}

async fn orders(config: &tokio_postgres::Config) -> Result<Vec<String>, String> {
    let session = postgres::connect(config, DEADLINE).await?;
    let explain = |error: tokio_postgres::Error| postgres::explain(&error);
    let states = session.client.query(STATES, &[]).await.map_err(explain)?;
    let unsent: i64 = session.client.query_one(OUTBOX, &[]).await.map_err(explain)?.get(0);
    let states = states.iter().map(|row| format!("orders {}: {}", row.get::<_, &str>(0), row.get::<_, i64>(1)));
    Ok(states.chain((unsent > 0).then(|| format!("events that wait in the outbox: {unsent}"))).collect())
}
