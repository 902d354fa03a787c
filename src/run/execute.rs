//! One run, from the first line of its journal to the last.
//!
//! **Invariant**: the way back is on disk before the blow; whatever happens in between, the run ends by winding up.

use std::{path::PathBuf, time::Duration};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::{
    play,
    ports::{Journal, Observer, PortError, Ports},
    record::Record,
    windup,
};
use crate::model::{
    event::{EventKind, FaultState},
    plan::Plan,
    said::Said,
    scenario::{Action, Cheat, Fix},
    timeline::Timeline,
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
    /// A person, in another terminal; or nobody.
    Wait,
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

/// Perform a plan. An error means that nothing was touched: the first line of the journal could not be written.
///
/// # Panics
/// Only after winding up, when something on the way panicked.
pub async fn execute(
    plan: &Plan,
    lab: &mut Ports,
    journal: &mut dyn Journal,
    screen: &mut dyn Observer,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Timeline, PortError> {
    let mut record = Record::new(journal, screen);
    record.write(EventKind::RunBegan {
        run: options.run.clone(),
        version: options.version.clone(),
        rehearsal: options.rehearsal,
        plan: Box::new(plan.clone()),
    })?;
    for step in 0..plan.injection.steps.len() {
        record.write(EventKind::Fault { step, state: FaultState::Planned, reason: None })?;
    }
    // A panic in the loop is a bug of ours, and no reason to leave a fault in somebody's lab.
    let played = play::play(plan, lab, &mut record, options, stop);
    let ending = std::panic::AssertUnwindSafe(played).catch_unwind().await;
    let bug = match ending {
        Ok(ending) => {
            windup::wind_up(plan, lab, &mut record, ending).await;
            None
        }
        Err(bug) => {
            let ending = play::Ending::Broke(PortError::new("run the scenario", "a bug in droplab"));
            windup::wind_up(plan, lab, &mut record, ending).await;
            Some(bug)
        }
    };
    bug.map_or(Ok(record.timeline), |bug| std::panic::resume_unwind(bug))
}
