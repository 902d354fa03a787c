//! Connections of our own to PostgreSQL, which no pool of the shop can take.
//!
//! **Invariant**: read-only, and bounded in every respect; what is asked is seen in no list of sessions or statements and in no log, because
//! a gauge's question is half of the answer.

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
    config.application_name("droplab").connect_timeout(Duration::from_secs(2)).options(options(statement_timeout));
    let (client, connection) = config.connect(NoTls).await.map_err(|error| explain(&error))?;
    let carrier = tokio::spawn(async move {
        // How a connection ended is told to the query that was on it.
        let _ = connection.await;
    });
    Ok(Session { client, _carrier: AbortOnDropHandle::new(carrier) })
}

/// What only a superuser may ask for: these sessions are one's.
const UNSEEN: &str = "-c track_activities=off -c pg_stat_statements.track=none -c log_min_duration_statement=-1 \
    -c log_min_error_statement=panic";

fn options(statement_timeout: Duration) -> String {
    let limit = statement_timeout.as_millis();
    format!("-c statement_timeout={limit} -c default_transaction_read_only=on {UNSEEN}")
}

/// An error with its cause: PostgreSQL's own words are in the cause.
pub(super) fn explain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("postgres: {error}: {cause}"),
        None => format!("postgres: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever looked at the sessions read which number the incident is about. Replicas are asked by the script.
    #[test]
    fn what_is_asked_is_seen_nowhere() {
        assert!(!UNSEEN.contains("  "), "{UNSEEN}");
        let script = include_str!("gauges/query.sh");
        for said in [options(Duration::from_secs(2)).as_str(), script] {
            assert!(said.contains(UNSEEN), "{said}");
        }
        assert!(
            options(Duration::from_secs(2))
                .starts_with("-c statement_timeout=2000 -c default_transaction_read_only=on ")
        );
    }
}
