//! Asks a server for the counterexamples of a statement about it.
//!
//! **Invariant**: read-only in a transaction that says so, bounded in time and in rows.

use std::time::Duration;

use tokio_postgres::SimpleQueryMessage;

use super::{SenseTarget, postgres};
use crate::{
    lab::command::Tool,
    model::holds::{Holds, Server},
    run::ports::PortError,
};

/// How long the server may think.
const STATEMENT: Duration = Duration::from_secs(30);
/// On top of that, what a way through Kubernetes may take.
const WAY: Duration = Duration::from_secs(10);

/// At most [`Holds::MOST`] of them, each as a line of JSON.
pub(super) async fn of(target: &SenseTarget, holds: &Holds) -> Result<Vec<String>, PortError> {
    let asked = async {
        match pod(holds.at) {
            None => primary(target, holds).await,
            Some(pod) => inside(target, &pod, holds).await,
        }
    };
    let tried = format!("ask the {} for counterexamples of {}", holds.at, holds.id);
    match tokio::time::timeout(STATEMENT + WAY, asked).await {
        Ok(rows) => rows.map_err(|why| PortError::new(tried, why)),
        Err(_) => Err(PortError::new(tried, format_args!("no answer within {} s", (STATEMENT + WAY).as_secs()))),
    }
}

/// The pod of a server that has no port at the host.
fn pod(server: Server) -> Option<String> {
    (server != Server::Primary).then(|| format!("postgres-{server}-0"))
}

async fn primary(target: &SenseTarget, holds: &Holds) -> Result<Vec<String>, String> {
    let explain = |error: tokio_postgres::Error| postgres::explain(&error);
    let mut session = postgres::connect(&target.postgres, STATEMENT).await?;
    let reading = session.client.build_transaction().read_only(true).start().await.map_err(explain)?;
    let messages = reading.simple_query(&holds.statement()).await.map_err(explain)?;
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

async fn inside(target: &SenseTarget, pod: &str, holds: &Holds) -> Result<Vec<String>, String> {
    said(target, pod, &holds.statement()).await
}

async fn said(target: &SenseTarget, pod: &str, query: &str) -> Result<Vec<String>, String> {
    let options =
        format!("PGOPTIONS=-c default_transaction_read_only=on -c statement_timeout={}", STATEMENT.as_millis());
    let psql = ["env", &options, "psql", "-U", "postgres", "-d", "shop", "-v", "ON_ERROR_STOP=1", "-AtXq", "-f", "-"];
    let exec = ["exec", "-i", "-n", &target.namespace, pod, "--"];
    let tool = Tool::new(&target.kubectl.program, exec.into_iter().chain(psql));
    let tool = target.kubectl.environment.iter().fold(tool, |tool, (name, value)| tool.env(name, value));
    let statement = format!("begin read only;\n{query};\nrollback;\n");
    let said = tool.input(statement).within(STATEMENT + WAY).run().await.map_err(|error| error.to_string())?;
    Ok(said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_a_data_centre_is_asked_in_its_pod() {
        assert_eq!(pod(Server::Primary), None);
        assert_eq!(pod(Server::Dc2).unwrap(), "postgres-dc-2-0");
    }
}
