//! A fault as ops: how it is put in, and how it is taken out.
//!
//! **Invariant**: the way back follows from the plan alone: it needs no output of the way in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Op;
use crate::model::{hold::Hold, setting::Setting, units::Span};

/// How a fault is put in and taken out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// In order.
    pub inject: Vec<Op>,
    /// In order; harmless when nothing was injected.
    pub heal: Vec<Op>,
}

impl Recipe {
    /// What is held, and then released.
    pub fn hold(id: &str, ttl: Span, hold: Hold) -> Self {
        let release = Op::Release { id: id.to_owned(), hold: hold.clone() };
        Self { inject: vec![Op::Hold { id: id.to_owned(), ttl, hold }], heal: vec![release] }
    }

    /// A setting's other value, and the one that it has.
    pub fn set(setting: Setting, value: String, before: Option<String>) -> Self {
        let ours = Op::Set { setting: setting.clone(), value: Some(value) };
        let back = Op::Set { setting, value: before };
        Self::changed(ours, back)
    }

    /// What a person could have set otherwise, and the op that sets it back.
    pub fn changed(ours: Op, back: Op) -> Self {
        Self { heal: vec![Op::put_back(ours.clone(), back)], inject: vec![ours] }
    }

    /// Whether it is taken out by bringing data back: what customers have written there since is gone with that.
    pub fn restores_data(&self) -> bool {
        self.heal.iter().any(|op| matches!(op, Op::RestoreTables { .. }))
    }

    /// One after the other; taken out the other way round.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.inject.extend(next.inject);
        Self { inject: self.inject, heal: next.heal.into_iter().chain(self.heal).collect() }
    }

    /// How long until it has to be renewed: a third of its time to live, so that two renewals may fail.
    pub fn renewal(&self) -> Option<Duration> {
        self.ttl().map(|ttl| ttl.0 / 3)
    }

    /// The shortest time to live of what it injects; `None` when all of it stays.
    pub fn ttl(&self) -> Option<Span> {
        self.inject.iter().filter_map(Op::ttl).min()
    }
}
