//! What is under way beside the customers: a fault being put in, a repair being typed.
//!
//! **Invariant**: one at a time of each kind, each step bounded; the customers are watched all the while.

use std::path::Path;

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::{
    limits,
    ports::{Actuator, PortError, Repairer},
};
use crate::model::{op::Op, scenario::Action};

/// Something that is under way.
pub(super) type Job<'a> = BoxFuture<'a, Done>;

/// What came of it.
pub(super) enum Done {
    /// An op of inject.
    Op { step: usize, index: usize, op: Op, took_ms: f64, outcome: Result<(), PortError> },
    /// An action of the repair.
    Action { index: usize, command: String, outcome: Result<(i32, String), PortError> },
}

/// The op of a step's inject at `index`.
pub(super) fn inject(actuator: &dyn Actuator, step: usize, index: usize, op: Op) -> Job<'_> {
    Box::pin(async move {
        let began = Instant::now();
        let outcome = limits::within(limits::OP, op.to_string(), actuator.perform(&op)).await;
        Done::Op { step, index, op, took_ms: began.elapsed().as_secs_f64() * 1000.0, outcome }
    })
}

/// The repair's action at `index`.
pub(super) fn act(repairer: &dyn Repairer, index: usize, action: Action) -> Job<'_> {
    Box::pin(async move {
        let command = action.to_string();
        let outcome = limits::within(limits::ACTION, command.clone(), repairer.act(&action)).await;
        Done::Action { index, command, outcome }
    })
}

/// A script of the user's: it may take as long as the run gives it.
pub(super) fn script<'a>(repairer: &'a dyn Repairer, path: &'a Path) -> Job<'a> {
    Box::pin(async move {
        Done::Action { index: 0, command: path.display().to_string(), outcome: repairer.script(path).await }
    })
}
