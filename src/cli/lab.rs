//! What the verbs that work on a lab have in common: which lab, Ctrl-C, and the codes of the lab's failures.
//!
//! **Invariant**: every `LabError` has one code; an interrupted verb leaves a lab that the same verb continues.

use super::{
    failure::{Code, Failure},
    flags::Global,
};
use crate::lab::{
    error::LabError,
    host::Topic,
    layout::{DEFAULT_NAME, DEFAULT_PORT_BASE, Layout},
    state::State,
};

/// Name and ports: those that were asked for, or those the lab already has.
pub fn layout(global: &Global) -> Result<Layout, Failure> {
    let wanted = Layout::new(&global.lab, global.port_base)?;
    // The default is no wish: a lab that stands elsewhere is meant as it stands.
    if global.port_base == DEFAULT_PORT_BASE
        && let Some(manifest) = State::of(&global.lab).manifest()?
    {
        return Ok(manifest.layout);
    }
    Ok(wanted)
}

/// The flags that name this lab again, for a command to type.
pub fn flags(name: &str) -> String {
    if name == DEFAULT_NAME { String::new() } else { format!(" --lab {name}") }
}

/// Do some work until it is done or somebody interrupts; `after` says what an interruption leaves behind.
pub async fn until_interrupted<T>(
    work: impl Future<Output = Result<T, LabError>>,
    after: &str,
    next: &str,
) -> Result<T, Failure> {
    tokio::select! {
        done = work => Ok(done?),
        () = asked_to_stop() => Err(Failure::new(Code::Interrupted, after).next(next)),
    }
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        Self::new(code(&error), &error).next(error.next())
    }
}

fn code(error: &LabError) -> Code {
    match error {
        LabError::Name { .. } | LabError::PortBase { .. } | LabError::OtherPorts { .. } => Code::Usage,
        LabError::EngineDown { .. } => Code::EngineDown,
        LabError::Host { checks } => match checks.first().map(|check| check.topic) {
            Some(Topic::Port) => Code::PortBusy,
            Some(Topic::Memory) => Code::MemoryLow,
            Some(Topic::Disk) => Code::DiskLow,
            Some(Topic::Tool) => Code::ToolMissing,
            Some(Topic::Image) => Code::ImageMissing,
            Some(Topic::Engine) => Code::EngineDown,
            _ => Code::HostCannot,
        },
        LabError::ToolMissing { .. } => Code::ToolMissing,
        LabError::ImagesMissing { .. } => Code::ImageMissing,
        LabError::Foreign { .. } => Code::LabForeign,
        LabError::Absent { .. } | LabError::Asleep { .. } => Code::LabDown,
        LabError::NotReady { .. } => Code::LabNotReady,
        LabError::NoOrder { .. } => Code::OrderLost,
        LabError::State { .. } | LabError::Malformed { .. } => Code::File,
        LabError::Engine { .. }
        | LabError::Node { .. }
        | LabError::Command(_)
        | LabError::Kube { .. }
        | LabError::Server { .. } => Code::LabError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_cluster_is_the_hosts_matter_and_names_a_way_on() {
        let error = LabError::Foreign { name: "dev".to_owned(), why: "no mark".to_owned() };
        let failure = Failure::from(error);
        assert_eq!(failure.exit(), super::super::exit::Exit::Host);
        assert!(failure.text().contains("DL-LAB-FOREIGN") && failure.text().contains("--lab dev-2"));
    }
}
