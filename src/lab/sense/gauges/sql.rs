//! One number from a PostgreSQL server.
//!
//! The primary is asked over the host's port, on a connection that is kept: as superuser it gets in when all others are taken. A
//! server of a data centre is asked from inside of its node, over its own socket: that way leads through no other data centre,
//! and not through the cluster's API.
//!
//! **Invariant**: read-only, bounded in time; an answer that is no number is an error.

use std::time::Duration;

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;

use super::{Reading, Source, growth::Growth};
use crate::{
    lab::{
        node::{Nodes, sandbox, shell::script},
        sense::{
            SenseTarget,
            postgres::{Session, connect, explain},
        },
    },
    model::{gauge::SqlGauge, holds::Server},
};

/// A little less than a reading's deadline, so that the reason is heard.
const STATEMENT: Duration = Duration::from_secs(2);

/// One number from a server.
pub(super) struct Sql {
    query: String,
    at: Server,
    primary: tokio_postgres::Config,
    session: Option<Session>,
    pods: Api<Pod>,
    nodes: Nodes,
    /// Node and UID of the server's pod, as last known.
    place: Option<(String, String)>,
    /// Where the number is a counter.
    growth: Option<Growth>,
}

impl Sql {
    pub(super) fn new(gauge: &SqlGauge, target: &SenseTarget) -> Self {
        Self {
            query: scalar(&gauge.query),
            at: gauge.at,
            primary: target.postgres.clone(),
            session: None,
            pods: Api::namespaced(target.kube.clone(), &target.namespace),
            nodes: target.nodes(),
            place: None,
            growth: gauge.rate.then(Growth::default),
        }
    }

    async fn primary(&mut self) -> Reading {
        // Taken out: a session whose query failed or was given up is not used again.
        let session = match self.session.take().filter(|session| !session.client.is_closed()) {
            Some(session) => session,
            None => connect(&self.primary, STATEMENT).await?,
        };
        let row = session.client.query_one(&self.query, &[]).await.map_err(|error| explain(&error))?;
        self.session = Some(session);
        row.get::<_, Option<f64>>(0).ok_or_else(|| NOTHING.to_owned())
    }

    async fn in_its_node(&mut self) -> Reading {
        // Taken out: where a server was that did not answer is looked up anew.
        let (node, uid) = match self.place.take() {
            Some(place) => place,
            None => self.look_up().await?,
        };
        let said = self.nodes.run(&node, &sandbox::inside(&uid, "postgres", &psql(&self.query))).await;
        let said = said.map_err(|error| format!("postgres {}: {error}", self.at))?;
        self.place = Some((node, uid));
        number(&said)
    }

    async fn look_up(&self) -> Result<(String, String), String> {
        let name = format!("postgres-{}-0", self.at);
        let pod = self.pods.get(&name).await.map_err(|error| format!("look up pod/{name}: {error}"))?;
        let node = pod.spec.and_then(|spec| spec.node_name).ok_or_else(|| format!("pod/{name} has no node"))?;
        Ok((node, pod.metadata.uid.unwrap_or_default()))
    }
}

#[async_trait]
impl Source for Sql {
    async fn read(&mut self) -> Vec<Reading> {
        let reading = if self.at.is_primary() { self.primary().await } else { self.in_its_node().await };
        let reading = match &mut self.growth {
            // The first reading of a counter tells nothing yet of how it grows.
            Some(growth) => reading.map(|count| growth.per_second([(String::new(), count)].into()).unwrap_or_default()),
            None => reading,
        };
        vec![reading]
    }
}

/// Asks for one number, beside a server.
const QUERY: &str = include_str!("query.sh");
const NOTHING: &str = "postgres: the answer is null, or no row came back";

/// The author's query as a part of ours: it stays one statement, and gives one number or an error.
fn scalar(query: &str) -> String {
    // On lines of its own: the author's text may end with a comment.
    format!("select (\n{}\n)::float8", query.trim().trim_end_matches(';'))
}

/// Asks the server in whose container it is run, and gives up in time.
fn psql(query: &str) -> String {
    let patience = STATEMENT.as_millis().to_string();
    script(QUERY, &[("query", query), ("patience_ms", &patience)])
}

fn number(said: &str) -> Reading {
    match said.trim() {
        "" => Err(NOTHING.to_owned()),
        text => text.parse().map_err(|_| format!("postgres: `{text}` is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_stays_one_statement() {
        assert_eq!(scalar("select 1 -- one\n;"), "select (\nselect 1 -- one\n\n)::float8");
    }

    #[test]
    fn no_answer_is_no_zero() {
        assert_eq!(number("17.5\n"), Ok(17.5));
        assert_eq!(number("\n"), Err(NOTHING.to_owned()));
        assert!(number("ERROR:  relation does not exist").is_err());
    }
}
