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

impl Event {
    /// Up to when it tells. A second of traffic is told some milliseconds before it is over: whoever has heard of it has seen all of it.
    pub fn until_s(&self) -> f64 {
        match &self.kind {
            EventKind::Traffic { window, .. } => self.at_s.max(window.to_s),
            _ => self.at_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::window::Window;

    /// A hold that was whole with its last second was judged four milliseconds before the end of that second.
    #[test]
    fn a_second_of_traffic_tells_up_to_its_end() {
        let event = |kind| Event { seq: 0, at_s: 137.992, wall: String::new(), kind };
        let window = Window { from_s: 137.0, to_s: 138.0, ..Window::default() };
        let second = event(EventKind::Traffic { probe: "checkout".into(), window });
        assert!((second.until_s() - 138.0).abs() < 1e-9);
        assert!((event(EventKind::Interrupted).until_s() - 137.992).abs() < 1e-9);
    }
}
