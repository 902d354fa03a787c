//! Keeps in what is held while the run looks at the lab, which may take longer than a fault lives.
//!
//! **Invariant**: nothing that droplab holds ends by itself before it is taken out.

use std::{future::Future, pin::pin, time::Duration};

use super::{heal, jobs, ports::Actuator, record::Record};
use crate::model::{event::FaultState, op::Recipe, plan::Injection};

/// Wait for some work, and renew meanwhile whatever is in. The work does not touch the faults.
pub(super) async fn holding<T>(
    injection: &Injection,
    actuator: &dyn Actuator,
    record: &mut Record<'_>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    loop {
        let held = held(injection, record);
        // The last renewal was up to a whole pause ago: half of one is left well before the end.
        let pause = held.iter().filter_map(|(_, recipe)| recipe.renewal()).min().map(|renewal| renewal / 2);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(pause.unwrap_or(Duration::MAX)) => {}
        }
        for (step, recipe) in held {
            let outcome = jobs::renewed(actuator, recipe).await;
            for kind in jobs::renewal(step, outcome) {
                record.try_write(kind);
            }
        }
    }
}

/// The steps that are in and would end by themselves.
fn held<'a>(injection: &'a Injection, record: &Record<'_>) -> Vec<(usize, &'a Recipe)> {
    let states = heal::states(&record.timeline).unwrap_or_default();
    let steps = injection.steps.iter().map(|step| &step.recipe).enumerate();
    steps
        .filter(|(step, recipe)| states.get(step) == Some(&FaultState::Injected) && recipe.renewal().is_some())
        .collect()
}
