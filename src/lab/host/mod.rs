//! What this host can and cannot do: measured, wanted, and the command that helps.
//!
//! **Invariant**: nothing is changed by looking, and nothing is assumed: each line carries what was measured.

mod engine;
mod holder;
mod kernel;
pub mod needs;
mod ports;
mod stock;
mod surroundings;

use serde::Serialize;

use crate::lab::{engine::docker::Engine, error::LabError, layout::Layout};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As wanted.
    Ok,
    /// The lab runs, but something is worse or missing.
    Warning,
    /// The lab cannot run.
    Cannot,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The container engine.
    Engine,
    /// Privileged containers.
    Privilege,
    /// Memory and processors.
    Memory,
    /// Room for images and volumes.
    Disk,
    /// File watches.
    Inotify,
    /// Ports of this machine.
    Port,
    /// Outside tools.
    Tool,
    /// Images.
    Image,
    /// What the kernel offers to faults.
    Kernel,
}

/// One line of `droplab doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about.
    pub topic: Topic,
    /// What was looked at.
    pub name: String,
    /// How it came out.
    pub mark: Mark,
    /// What was found.
    pub measured: String,
    /// What was hoped for.
    pub wanted: String,
    /// One command, or one thing to do, that helps.
    pub fix: Option<String>,
}

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What decides whether the lab can run.
    Quick,
    /// Also what each fault finds in this kernel.
    Full,
}

impl Check {
    fn new(topic: Topic, name: impl Into<String>, measured: impl Into<String>, wanted: impl Into<String>) -> Self {
        let (name, measured, wanted) = (name.into(), measured.into(), wanted.into());
        Self { topic, name, mark: Mark::Ok, measured, wanted, fix: None }
    }

    /// The same, not as wanted.
    fn but(mut self, mark: Mark, fix: impl Into<String>) -> Self {
        self.mark = mark;
        self.fix = Some(fix.into());
        self
    }
}

/// Look at everything that the lab needs of this host.
pub async fn examine(layout: &Layout, depth: Depth) -> Vec<Check> {
    let tools = stock::tools();
    let engine = match Engine::connect().await {
        Ok(engine) => engine,
        Err(error) => {
            let fix = "start Docker: `sudo setup/engine`, `sudo systemctl start docker`, or Docker Desktop";
            let down = Check::new(Topic::Engine, "engine", error.to_string(), "an answer").but(Mark::Cannot, fix);
            return std::iter::once(down).chain(ports::check(layout, None).await).chain(tools).collect();
        }
    };
    let kernel = async { if depth == Depth::Full { kernel::check(&engine).await } else { Vec::new() } };
    let (of_engine, ports, images, kernel) = tokio::join!(
        engine::check(&engine, layout),
        ports::check(layout, Some(&engine)),
        stock::images(&engine),
        kernel
    );
    of_engine.into_iter().chain(ports).chain(tools).chain(images).chain(kernel).collect()
}

/// The checks that stop an `up`; images are asked for by a step of its own.
pub fn verdict(checks: &[Check]) -> Result<(), LabError> {
    let stopping = checks.iter().filter(|check| check.mark == Mark::Cannot && check.topic != Topic::Image);
    let checks: Vec<Check> = stopping.cloned().collect();
    if checks.is_empty() { Ok(()) } else { Err(LabError::Host { checks }) }
}

/// Gibibytes, with one digit.
#[expect(clippy::cast_precision_loss, reason = "a person reads one digit of it")]
fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
