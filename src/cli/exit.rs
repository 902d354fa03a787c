//! Exit codes: what a script may rely on.
//!
//! **Invariant**: the numbers never change meaning; [`Exit::Unhealed`] outranks every verdict.

use std::process::ExitCode;

use crate::model::{
    timeline::Timeline,
    verdict::{Truth, Verdict},
};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done; a run: the system recovered.
    Pass = 0,
    /// The system did not recover, or not honestly.
    Fail = 1,
    /// A wrong argument or an invalid scenario.
    Usage = 2,
    /// The verdict cannot be told, or the lab itself erred. A retry is free.
    Unknown = 3,
    /// The lab is left unhealed, or with residue of a fault.
    Unhealed = 4,
    /// This host cannot.
    Host = 5,
    /// A bug of droplab's.
    Bug = 70,
    /// Interrupted, and healed.
    Interrupted = 130,
}

impl Exit {
    /// The exit code of a run: an unhealed lab first, then an interruption, then the verdict.
    pub fn of(verdict: &Verdict, timeline: &Timeline) -> Self {
        if !verdict.residue.is_empty() || !timeline.unhealed().is_empty() {
            return Self::Unhealed;
        }
        Self::judged(verdict, timeline)
    }

    /// The same where there is no lab any more in which something could be left.
    pub fn judged(verdict: &Verdict, timeline: &Timeline) -> Self {
        if timeline.interrupted() {
            return Self::Interrupted;
        }
        match verdict.truth {
            Truth::Pass => Self::Pass,
            Truth::Fail => Self::Fail,
            Truth::Unknown => Self::Unknown,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
