//! A shell kept open in a node: an exec for each command costs a tenth of a second, a line to an open shell a few
//! milliseconds.
//!
//! **Invariant**: one script at a time, each ended by a line of its own, so that answers cannot be mixed up.

use std::{fmt::Write as _, pin::Pin, time::Duration};

use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use futures::{Stream, StreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::lab::{
    engine::docker::{Engine, refused},
    error::LabError,
};

/// How long one script may take.
const ANSWER: Duration = Duration::from_secs(15);

pub(super) type Output = Pin<Box<dyn Stream<Item = Result<String, String>> + Send>>;

/// An open shell.
pub struct Session {
    node: String,
    input: Pin<Box<dyn AsyncWrite + Send>>,
    output: Output,
    heard: String,
    scripts: u64,
    /// Ended with it.
    _carrier: Option<tokio::process::Child>,
}

impl Session {
    /// Open a shell in a container. It ends with this process, whose end closes its input.
    pub async fn open(engine: &Engine, id: &str, node: &str) -> Result<Self, LabError> {
        let tried = format!("open a shell in {node}");
        let options = CreateExecOptions {
            cmd: Some(vec!["sh".to_owned()]),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let created = engine.api.create_exec(id, options).await.map_err(|error| refused(&tried, &error))?;
        let start = StartExecOptions { detach: false, tty: false, output_capacity: None };
        match engine.api.start_exec(&created.id, Some(start)).await.map_err(|error| refused(&tried, &error))? {
            StartExecResults::Attached { output, input } => {
                let output = output.map(|chunk| {
                    let chunk = chunk.map_err(|error| error.to_string())?;
                    Ok(String::from_utf8_lossy(&chunk.into_bytes()).into_owned())
                });
                Ok(Self::over(node, input, Box::pin(output), None))
            }
            StartExecResults::Detached => Err(LabError::Engine { tried, why: "it is not attached".to_owned() }),
        }
    }

    /// A shell that was opened otherwise; `carrier` is the process that it lives in.
    pub(super) fn over(
        node: &str,
        input: Pin<Box<dyn AsyncWrite + Send>>,
        output: Output,
        carrier: Option<tokio::process::Child>,
    ) -> Self {
        Self { node: node.to_owned(), input, output, heard: String::new(), scripts: 0, _carrier: carrier }
    }

    /// Run a script in a subshell that stops at its first error; what it printed on either stream.
    pub async fn run(&mut self, script: &str) -> Result<String, LabError> {
        let lost = |why: String| LabError::Engine { tried: format!("run a script in {}", self.node), why };
        self.scripts += 1;
        let end = format!("=== {} ===", self.scripts);
        let mut text = String::new();
        // The script comes as a here-document to a shell of its own: an error in it cannot derail this one.
        let _ = write!(
            text,
            "sh -eu <<'END-OF-SCRIPT-{n}' 2>&1\n{script}\nEND-OF-SCRIPT-{n}\necho \"{end}$?\"\n",
            n = self.scripts
        );
        let work = async {
            self.input.write_all(text.as_bytes()).await.map_err(|error| error.to_string())?;
            self.input.flush().await.map_err(|error| error.to_string())?;
            loop {
                if let Some((before, after)) = self.heard.split_once(&end)
                    && let Some((status, rest)) = after.split_once('\n')
                {
                    let told = (before.to_owned(), status.trim().to_owned());
                    let rest = rest.to_owned();
                    self.heard = rest;
                    return Ok::<_, String>(told);
                }
                match self.output.next().await {
                    Some(Ok(chunk)) => self.heard.push_str(&chunk),
                    Some(Err(error)) => return Err(error),
                    None => return Err("the shell ended".to_owned()),
                }
            }
        };
        let (output, status) = match tokio::time::timeout(ANSWER, work).await {
            Ok(done) => done.map_err(lost)?,
            Err(_) => return Err(lost(format!("no end within {} s", ANSWER.as_secs()))),
        };
        if status == "0" {
            return Ok(output);
        }
        let words: Vec<&str> = output.lines().rev().take(4).collect();
        let why = words.into_iter().rev().collect::<Vec<_>>().join("\n");
        Err(LabError::Node { node: self.node.clone(), why: format!("status {status}: {why}") })
    }
}
