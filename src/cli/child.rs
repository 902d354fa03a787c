//! This very program, started once more: a play of a conformance, an incident of an exam.
//!
//! **Invariant**: on the same lab; a child that is to stop is asked to, and heals what it broke.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};

use super::{
    failure::{Code, Failure},
    flags::Global,
};
use crate::model::scenario::Scenario;

/// An interrupted run heals within this.
const HEALING: Duration = Duration::from_mins(3);

/// droplab, without a verb yet, without anything to read or to write to.
pub(super) fn droplab(global: &Global) -> Result<Command, Failure> {
    let program: PathBuf = std::env::current_exe()
        .map_err(|error| Failure::new(Code::LabError, format!("find droplab's own program: {error}")))?;
    let mut command = Command::new(program);
    command.args(["--lab", &global.lab, "--port-base", &global.port_base.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// Give a run the scenario that it waits for (`--handed`) through its standard input, which must be a pipe.
pub(super) async fn hand(run: &mut Child, scenario: &Scenario) {
    if let Some(mut stdin) = run.stdin.take() {
        let text = serde_json::to_string(scenario).unwrap_or_default();
        // A run that refused at once has closed it: its exit code, or the journal that is missing, tells.
        let _ = stdin.write_all(text.as_bytes()).await;
    }
}

/// Somebody wants it over: the child heals what it broke, and is waited for. Whether it has ended.
pub(super) async fn stop(child: &mut Child) -> bool {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::INT);
    }
    tokio::time::timeout(HEALING, child.wait()).await.is_ok()
}
