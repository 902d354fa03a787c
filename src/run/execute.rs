//! One run, from the first line of its journal to the last.
//!
//! **Invariant**: the way back is on disk before the blow; whatever happens in between, the run ends by winding up.

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::{
    options::Options,
    play,
    ports::{Journal, Observer, PortError, Ports},
    record::Record,
    windup,
};
use crate::model::{
    event::{EventKind, FaultState},
    plan::Plan,
    timeline::Timeline,
};

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
