//! Connections of our own to PostgreSQL, which no pool of the shop can take.
//!
//! **Invariant**: read-only, and bounded in every respect.

use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};
use tokio_util::task::AbortOnDropHandle;

/// A connection, and the task that carries it.
pub(super) struct Session {
    pub(super) client: Client,
    _carrier: AbortOnDropHandle<()>,
}

/// Connect as droplab, bounded in every respect.
pub(super) async fn connect(config: &Config, statement_timeout: Duration) -> Result<Session, String> {
    let mut config = config.clone();
    let limit = statement_timeout.as_millis();
    config
        .application_name("droplab")
        .connect_timeout(Duration::from_secs(2))
        .options(format!("-c statement_timeout={limit} -c default_transaction_read_only=on"));
    let (client, connection) = config.connect(NoTls).await.map_err(|error| explain(&error))?;
    let carrier = tokio::spawn(async move {
        // How a connection ended is told to the query that was on it.
        let _ = connection.await;
    });
    Ok(Session { client, _carrier: AbortOnDropHandle::new(carrier) })
}

/// An error with its cause: PostgreSQL's own words are in the cause.
pub(super) fn explain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("postgres: {error}: {cause}"),
        None => format!("postgres: {error}"),
    }
}
