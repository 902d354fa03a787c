//! The journal's entries: the only truth that screen, report, heal and judge read.
//!
//! **Invariant**: `seq` counts up by one from 0.

use serde::{Deserialize, Serialize};

pub use super::kind::EventKind;
pub use super::phase::{Acted, FaultState, Phase};

/// One line of `journal.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Position in the journal, from 0.
    pub seq: u64,
    /// Seconds since the run began (monotonic).
    pub at_s: f64,
    /// The wall clock, RFC 3339 UTC.
    pub wall: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}
