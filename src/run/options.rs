//! How a run is to be done, and who repairs.
//!
//! **Invariant**: nothing here says what is broken or judged; that is the scenario's.

use std::{path::PathBuf, time::Duration};

use crate::model::{
    said::Said,
    scenario::{Action, Cheat, Fix},
};

/// How a run is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// The run's id.
    pub run: String,
    /// droplab's version.
    pub version: String,
    /// Whether the lab is the fake one.
    pub rehearsal: bool,
    /// Who repairs.
    pub repair: Repair,
    /// What the person says while the run goes on: all of it so far.
    pub said: Option<tokio::sync::watch::Receiver<Vec<Said>>>,
}

/// Who repairs, and with what.
#[derive(Clone, Debug)]
pub enum Repair {
    /// Nobody.
    Nobody,
    /// A person, in another terminal, who says when it is done.
    Person,
    /// These actions, so long after the page has gone out and the fault has bitten.
    Actions {
        /// What they are called, in words.
        name: String,
        /// In order.
        actions: Vec<Action>,
        /// After both.
        after: Duration,
    },
    /// A script of the user's, at the page.
    Script(PathBuf),
}

impl Repair {
    /// One of the scenario's repairs.
    pub fn fix(fix: &Fix) -> Self {
        let name = format!("fix {}", fix.name);
        Self::Actions { name, actions: fix.actions.clone(), after: Duration::from_secs(5) }
    }

    /// One of its cheats.
    pub fn cheat(cheat: &Cheat) -> Self {
        let name = format!("{} {}", cheat.kind(), cheat.name);
        Self::Actions { name, actions: cheat.actions.clone(), after: Duration::from_secs(5) }
    }
}
