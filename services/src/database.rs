//! Brings a role's schema to the shape that its code expects, at every start, however many replicas start at once.
//!
//! **Invariant:** a step is applied once, in order, in one transaction with the note that says so; steps are never edited.

use std::sync::Arc;

use crate::backoff::Backoff;
use crate::failure::Failure;
use crate::host::Host;
use crate::pool::Pool;

/// One lock for all roles: `create schema` of two roles at once can collide in the catalogues.
const LOCK: i64 = 0x5348_4f50;

/// The schema of a role: its name and the steps that lead to it.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    /// The PostgreSQL schema.
    pub(crate) name: &'static str,
    /// Statements, oldest first; the number of a step is its place.
    pub(crate) steps: &'static [&'static str],
}

/// Migrates in the background, as long as it takes, and makes readiness wait for it.
pub(crate) fn migrate(host: &Arc<Host>, pool: &Pool, schema: Schema) -> tokio::task::JoinHandle<()> {
    let need = host.needs("database migrations");
    let pool = pool.clone();
    tokio::spawn(async move {
        let mut backoff = Backoff::default();
        while let Err(failure) = apply(&pool, schema).await {
            tracing::warn!(schema = schema.name, error = %failure, detail = failure.detail(), "migrations will be tried again");
            backoff.wait().await;
        }
        need.met();
    })
}

async fn apply(pool: &Pool, schema: Schema) -> Result<(), Failure> {
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    // The deadline of a request is not that of a migration: a neighbour may hold the lock for a while.
    transaction.batch_execute("set local statement_timeout = '60s'").await?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let name = schema.name;
    transaction
        .batch_execute(&format!(
            "create schema if not exists {name};
             create table if not exists {name}.migrations (step int primary key, applied_at timestamptz not null default now())"
        ))
        .await?;
    let row = transaction.query_one(&format!("select coalesce(max(step), 0) from {name}.migrations"), &[]).await?;
    let done = usize::try_from(row.get::<_, i32>(0)).unwrap_or(0);
    for (step, statement) in (1_i32..).zip(schema.steps).skip(done) {
        transaction.batch_execute(statement).await?;
        transaction.execute(&format!("insert into {name}.migrations (step) values ($1)"), &[&step]).await?;
        tracing::info!(schema = name, step, "migrated");
    }
    Ok(transaction.commit().await?)
}

/// Keeps a record that nobody can work with in the role's table of dead letters.
pub(crate) async fn keep_aside(
    pool: &Pool,
    schema: Schema,
    place: &str,
    payload: &[u8],
    reason: &str,
) -> Result<(), Failure> {
    let statement = format!(
        "insert into {}.dead_letters (place, payload, reason) values ($1, $2, $3) on conflict do nothing",
        schema.name
    );
    // A text column takes no zero bytes; the rest is for a person to read.
    let payload = String::from_utf8_lossy(payload).replace('\0', "\u{fffd}");
    pool.get().await?.execute(&statement, &[&place, &payload, &reason]).await?;
    Ok(())
}
