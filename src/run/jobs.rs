//! What is under way beside the customers: a fault being put in, a repair being typed.
//!
//! **Invariant**: one at a time of each kind, each step bounded; the customers are watched all the while.

use std::path::Path;

use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    limits,
    ports::{Actuator, PortError, Repairer},
    undo,
};
use crate::model::{
    event::{Acted, EventKind},
    op::{Op, Recipe},
    scenario::Action,
};

/// Something that is under way.
pub(super) type Job<'a> = BoxFuture<'a, Done>;

/// What came of it.
pub(super) enum Done {
    /// An op of inject.
    Op { step: usize, index: usize, op: Box<Op>, took_ms: f64, outcome: Result<(), PortError> },
    /// What a step holds was renewed, and has acted so often since it began; or it was not.
    Renewed { step: usize, outcome: Result<Vec<Acted>, PortError> },
    /// A step was taken out at its time: what became of its ops, and the first that failed.
    TakenOut { step: usize, performed: Vec<EventKind>, outcome: Result<(), PortError> },
    /// An action of the repair.
    Action { index: usize, command: String, outcome: Result<(i32, String), PortError> },
}

/// The op of a step's inject at `index`.
pub(super) fn inject(actuator: &dyn Actuator, step: usize, index: usize, op: Op) -> Job<'_> {
    Box::pin(async move {
        let (took_ms, outcome) = blow(actuator, &op).await;
        Done::Op { step, index, op: Box::new(op), took_ms, outcome }
    })
}

/// Get an op ready, then do it; the milliseconds are those of the doing.
pub(super) async fn blow(actuator: &dyn Actuator, op: &Op) -> (f64, Result<(), PortError>) {
    if let Err(error) = limits::within(limits::OP, format!("get ready: {op}"), actuator.prepare(op)).await {
        tracing::warn!("get ready: {error}");
        return (0.0, Err(error));
    }
    let began = Instant::now();
    let outcome = limits::within(limits::OP, op.to_string(), actuator.perform(op)).await;
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    match &outcome {
        Ok(()) => tracing::debug!(took_ms, "inject: {op}"),
        Err(error) => tracing::warn!(took_ms, "inject: {error}"),
    }
    (took_ms, outcome)
}

/// Whatever a step holds, for another time to live; and how often it has acted so far.
pub(super) fn renew<'a>(actuator: &'a dyn Actuator, step: usize, recipe: &'a Recipe) -> Job<'a> {
    Box::pin(async move { Done::Renewed { step, outcome: renewed(actuator, recipe).await } })
}

/// Each op that ends by itself is done again: pods that came in the meantime are hit as well. How often they have acted.
pub(super) async fn renewed(actuator: &dyn Actuator, recipe: &Recipe) -> Result<Vec<Acted>, PortError> {
    for op in recipe.inject.iter().filter(|op| op.ttl().is_some()) {
        let began = Instant::now();
        let renewed = limits::within(limits::OP, op.to_string(), actuator.perform(op)).await;
        let took_ms = began.elapsed().as_secs_f64() * 1000.0;
        renewed.inspect_err(|error| tracing::warn!(took_ms, "renew: {error}"))?;
        tracing::debug!(took_ms, "renew: {op}");
    }
    Ok(counted(actuator, recipe).await)
}

/// What is written down of a renewal.
pub(super) fn renewal(step: usize, outcome: Result<Vec<Acted>, PortError>) -> Vec<EventKind> {
    match outcome {
        Ok(acted) => {
            let acted = acted.into_iter().map(|acted| EventKind::Acted { step, acted });
            std::iter::once(EventKind::Renewed { step }).chain(acted).collect()
        }
        Err(error) => vec![EventKind::NotRenewed { step, reason: error.to_string() }],
    }
}

/// How often what a recipe injects has acted; what cannot be counted changes nothing else.
pub(super) async fn counted(actuator: &dyn Actuator, recipe: &Recipe) -> Vec<Acted> {
    let mut all = Vec::new();
    for op in &recipe.inject {
        if let Ok(Some(acted)) = limits::within(limits::COUNT, format!("count: {op}"), actuator.acted(op)).await {
            all.push(acted);
        }
    }
    all
}

/// Take a step out: every op of its heal, in order, each tried as a heal tries it.
pub(super) fn take_out<'a>(actuator: &'a dyn Actuator, step: usize, recipe: &'a Recipe) -> Job<'a> {
    Box::pin(async move {
        let mut performed = Vec::new();
        for op in &recipe.heal {
            match undo::perform(op, actuator).await {
                Ok(done) => performed.push(done.event(step, op)),
                Err(error) => return Done::TakenOut { step, performed, outcome: Err(error) },
            }
        }
        Done::TakenOut { step, performed, outcome: Ok(()) }
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

/// A script of the user's: it may take as long as the run gives it, and is given up when that time is up.
pub(super) fn script<'a>(repairer: &'a dyn Repairer, path: &'a Path, time_up: CancellationToken) -> Job<'a> {
    Box::pin(async move {
        let outcome = tokio::select! {
            biased;
            outcome = repairer.script(path) => outcome,
            () = time_up.cancelled() => Ok((124, "its time was up".to_owned())),
        };
        Done::Action { index: 0, command: path.display().to_string(), outcome }
    })
}
