//! Whether the customers are really there: a run whose own load has died measures nothing.
//!
//! **Invariant**: each kind of customers has a watchdog of its own, which nothing but its own traffic resets.

use std::collections::BTreeMap;

use super::{limits, ports::PortError};
use crate::model::{event::EventKind, plan::Plan};

/// When each kind of customers was last heard of, in seconds of the run.
pub(super) struct Driver {
    heard_s: BTreeMap<String, f64>,
    /// How long a kind may be silent: its slowest answer, and some more.
    patience_s: f64,
}

impl Driver {
    pub(super) fn new(plan: &Plan) -> Self {
        let load = &plan.scenario.load;
        let patience = limits::SILENCE + load.patience().0;
        let heard_s = load.customers.keys().map(|name| (name.clone(), 0.0)).collect();
        Self { heard_s, patience_s: patience.as_secs_f64() }
    }

    /// Take note of what was seen.
    pub(super) fn see(&mut self, seen: &EventKind, now_s: f64) -> Result<(), PortError> {
        match seen {
            EventKind::Traffic { probe, .. } => {
                if let Some(heard_s) = self.heard_s.get_mut(probe) {
                    *heard_s = now_s;
                }
                Ok(())
            }
            EventKind::SensorLost { what, why } => Err(PortError::new(format!("watch {what}"), why)),
            _ => Ok(()),
        }
    }

    /// When the first kind will have been silent for too long.
    pub(super) fn silent_at_s(&self) -> f64 {
        self.heard_s.values().copied().fold(f64::MAX, f64::min) + self.patience_s
    }

    /// An error when a kind has been silent for too long.
    pub(super) fn check(&self, now_s: f64) -> Result<(), PortError> {
        let silent = self.heard_s.iter().find(|(_, heard_s)| now_s >= **heard_s + self.patience_s - 1e-6);
        silent.map_or(Ok(()), |(name, heard_s)| {
            let why = format!("nothing was heard of them for {:.0} s", now_s - heard_s);
            Err(PortError::new(format!("watch the customers `{name}`"), why))
        })
    }
}
