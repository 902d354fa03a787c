//! The parts of a run, and of a fault's life.
//!
//! **Invariant**: written in the order in which they are passed through, so that a later one is the greater one.

use serde::{Deserialize, Serialize};

/// The part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Traffic on a whole system.
    Baseline,
    /// From the first injection until the system is repaired or time is up.
    Fault,
    /// The hold window.
    Recovery,
    /// The trigger is played again on a repaired system.
    Replay,
    /// Healed, and measured once more.
    Aftermath,
}

/// Where a fault is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultState {
    /// Its way back is on disk; nothing was touched.
    Planned,
    /// Ops are under way.
    Injecting,
    /// All ops of inject done.
    Injected,
    /// Ops of heal are under way.
    Healing,
    /// All ops of heal done, or the target is gone.
    Healed,
    /// Heal failed; `droplab heal` must be run again.
    Stuck,
}

impl FaultState {
    /// Whether a fault can come to this state from that one; `None` before its first.
    pub fn follows(self, from: Option<Self>) -> bool {
        use FaultState::{Healed, Healing, Injected, Injecting, Planned, Stuck};
        match from {
            None => self == Planned,
            Some(Planned) => self == Injecting,
            // Half in is in: heal sets states, and does not mind.
            Some(Injecting) => matches!(self, Injected | Healing),
            Some(Injected | Stuck) => self == Healing,
            // Who healed may have died over it, and another begins again.
            Some(Healing) => matches!(self, Healing | Healed | Stuck),
            Some(Healed) => false,
        }
    }
}

/// How often something that the kernel counts has acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// Packets that met its rule.
    pub packets: u64,
    /// What did it here, where more than one thing can: `netem`, `NFQUEUE helper`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}
