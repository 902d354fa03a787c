//! What one look at the host found: the lines of `droplab doctor`.
//!
//! **Invariant**: a line that is not as wanted names a thing to do.

use serde::Serialize;

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

impl Check {
    pub(super) fn new(
        topic: Topic,
        name: impl Into<String>,
        measured: impl Into<String>,
        wanted: impl Into<String>,
    ) -> Self {
        let (name, measured, wanted) = (name.into(), measured.into(), wanted.into());
        Self { topic, name, mark: Mark::Ok, measured, wanted, fix: None }
    }

    /// The same, not as wanted.
    pub(super) fn but(mut self, mark: Mark, fix: impl Into<String>) -> Self {
        self.mark = mark;
        self.fix = Some(fix.into());
        self
    }
}
