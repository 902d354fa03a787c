//! Types what a person would type.
//!
//! **Invariant**: with the lab's own variables and nothing else than a person at `droplab shell` has.

use std::{path::Path, time::Duration};

use async_trait::async_trait;

use crate::{
    lab::{Lab, command::Tool},
    log::chain,
    model::scenario::Action,
    run::ports::{PortError, Repairer},
};

/// How long one action may take.
const ACTION: Duration = Duration::from_mins(2);
/// How long a script of a person's may take.
const SCRIPT: Duration = Duration::from_mins(30);

#[async_trait]
impl Repairer for Lab {
    async fn act(&self, action: &Action) -> Result<(i32, String), PortError> {
        match action {
            Action::Kubectl(line) => {
                let failed = |why: String| PortError { tried: format!("kubectl {line}"), why };
                let words = shlex::split(line).ok_or_else(|| failed("a quote is not closed".to_owned()))?;
                self.finish(Tool::new(self.program("kubectl"), words).within(ACTION)).await.map_err(failed)
            }
            Action::Psql(statement) => Ok(self.psql(statement).await),
            // The same words as at `droplab shell`: its clients know where the lab is.
            Action::Kafka(line) => self.shell(line).await,
            Action::Redis(command) => self.shell(&format!("redis-cli {command}")).await,
            Action::Sh(script) => self.shell(script).await,
            // The run itself takes an answer; nothing is done to the lab.
            Action::Done(_) => Ok((0, String::new())),
        }
    }

    async fn script(&self, path: &Path) -> Result<(i32, String), PortError> {
        let failed = |why: String| PortError { tried: format!("run {}", path.display()), why };
        // By its full path, so that a bare name is not looked for in PATH.
        let path = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let runs = tools_can_run(&path);
        let tool = if runs { Tool::new(&path, [""; 0]) } else { Tool::new("sh", [&path]) };
        // One that hangs is its author's failure, not the lab's: what a shell says of it.
        let too_late = |_| Ok((124, format!("did not finish within {} s", SCRIPT.as_secs())));
        let finished = self.finish(tool.within(SCRIPT + ACTION));
        tokio::time::timeout(SCRIPT, finished).await.unwrap_or_else(too_late).map_err(failed)
    }
}

impl Lab {
    /// A script with the lab's variables and tools; its status and last output.
    pub(in crate::lab) async fn shell(&self, script: &str) -> Result<(i32, String), PortError> {
        let failed = |why: String| PortError { tried: format!("sh -c '{script}'"), why };
        self.finish(Tool::new("sh", ["-euc", script]).within(ACTION)).await.map_err(failed)
    }

    async fn finish(&self, tool: Tool<'_>) -> Result<(i32, String), String> {
        let tool = self.environment().into_iter().fold(tool, |tool, (name, value)| tool.env(name, value));
        let finished = tool.finish().await.map_err(|error| error.to_string())?;
        // A signal, as a shell tells it.
        Ok((finished.status.unwrap_or(137), finished.tail))
    }

    /// A statement for the primary, as superuser; the status is psql's: 0, 1 for a refusal, 2 for no connection.
    pub(in crate::lab) async fn psql(&self, statement: &str) -> (i32, String) {
        let work = async {
            let (client, connection) = match self.postgres().connect(tokio_postgres::NoTls).await {
                Ok(pair) => pair,
                Err(error) => return (2, chain(&error)),
            };
            tokio::spawn(connection);
            match client.simple_query(statement).await {
                Ok(messages) => (0, rows(&messages)),
                Err(error) => (1, chain(&error)),
            }
        };
        tokio::time::timeout(ACTION, work).await.unwrap_or_else(|_| (1, "no answer in time".to_owned()))
    }
}

fn tools_can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

fn rows(messages: &[tokio_postgres::SimpleQueryMessage]) -> String {
    let lines = messages.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            let cells: Vec<&str> = (0..row.len()).map(|index| row.get(index).unwrap_or("")).collect();
            Some(cells.join("|"))
        }
        tokio_postgres::SimpleQueryMessage::CommandComplete(count) => Some(format!("({count})")),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}
