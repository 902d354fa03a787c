//! PostgreSQL's own numbers, over a connection of our own that no pool of the shop can take.
//!
//! **Invariant**: our own connections never count.

use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};
use tokio_util::task::AbortOnDropHandle;

use super::gauges::Source;

const COUNT: &str = "select count(*) from pg_stat_activity
    where backend_type = 'client backend' and application_name is distinct from 'droplab'";

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

/// The backends that serve somebody else than droplab.
pub(super) struct Backends {
    config: Config,
    session: Option<Session>,
}

impl Backends {
    pub(super) fn new(config: Config) -> Self {
        Self { config, session: None }
    }
}

impl Source for Backends {
    const PROBES: &'static [&'static str] = &["postgres-connections"];

    async fn read(&mut self) -> Result<Vec<f64>, String> {
        // Taken out: a session whose query failed or was given up is not used again.
        let session = match self.session.take().filter(|session| !session.client.is_closed()) {
            Some(session) => session,
            None => connect(&self.config, Duration::from_secs(2)).await?,
        };
        let row = session.client.query_one(COUNT, &[]).await.map_err(|error| explain(&error))?;
        self.session = Some(session);
        let count = u32::try_from(row.get::<_, i64>(0)).unwrap_or(u32::MAX);
        Ok(vec![f64::from(count)])
    }
}
