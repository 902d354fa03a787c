//! One number from a PostgreSQL server.
//!
//! **Invariant**: read-only, on a connection of our own that no pool of the shop can take.

use std::time::Duration;

use super::Source;
use crate::{
    lab::sense::{
        SenseTarget, counterexamples,
        postgres::{Session, connect},
    },
    model::{gauge::SqlGauge, holds::Server},
};

/// One number from a server.
pub(super) struct Sql {
    gauge: SqlGauge,
    target: SenseTarget,
    session: Option<Session>,
}

impl Sql {
    pub(super) fn new(gauge: SqlGauge, target: SenseTarget) -> Self {
        Self { gauge, target, session: None }
    }
}

impl Source for Sql {
    async fn read(&mut self) -> Result<f64, String> {
        let number = |text: &str| text.parse::<f64>().map_err(|_| format!("`{text}` is no number"));
        let query = self.gauge.query.trim().trim_end_matches(';');
        if self.gauge.at != Server::Primary {
            let rows = counterexamples::psql(&self.target, self.gauge.at, query).await?;
            return number(rows.first().ok_or("no row came back")?);
        }
        // Taken out: a session whose query failed or was given up is not used again.
        let session = match self.session.take().filter(|session| !session.client.is_closed()) {
            Some(session) => session,
            None => connect(&self.target.postgres, Duration::from_secs(2)).await?,
        };
        let wrapped = format!("select (\n{query}\n)::float8");
        let row = session
            .client
            .query_one(&wrapped, &[])
            .await
            .map_err(|error| crate::lab::sense::postgres::explain(&error))?;
        self.session = Some(session);
        row.get::<_, Option<f64>>(0).ok_or_else(|| "the answer is null".to_owned())
    }
}
