//! What always comes last: stop the customers, look at the books and the lab, heal, look again.
//!
//! **Invariant**: each part is bounded and none keeps the next from being tried; an error here is data, not an exit.

use super::{
    books, heal, limits,
    play::Ending,
    ports::{PortError, Ports},
    quiesce::quiesce,
    record::Record,
    settle::settle,
};
use crate::model::{event::EventKind, ledger::LedgerName, plan::Plan, scenario::Expectation};

/// Wind up, whatever the run's end was.
pub(super) async fn wind_up(plan: &Plan, lab: &mut Ports, record: &mut Record<'_>, ending: Ending) {
    let mut errors = Vec::new();
    let interrupted = matches!(ending, Ending::Interrupted);
    match ending {
        Ending::Interrupted => record.try_write(EventKind::Interrupted),
        Ending::Broke(error) => errors.push(error.to_string()),
        Ending::Over | Ending::Unsteady => {}
    }
    if interrupted {
        // Somebody wants it over: the way back first, the customers' last answers after it.
        heal::all(&plan.injection, lab.actuator.as_ref(), record).await;
    }
    stop(plan, lab, record, &mut errors).await;
    if !interrupted {
        reconcile(plan, lab, record).await;
        survey(lab, record, false, &mut errors).await;
        heal::all(&plan.injection, lab.actuator.as_ref(), record).await;
    }
    if let Some(error) = settle(&plan.injection, lab.surveyor.as_ref(), record).await {
        errors.push(error);
    }
    survey(lab, record, true, &mut errors).await;
    errors.extend(record.broken.take().filter(|broken| !errors.contains(broken)));
    record.try_write(EventKind::RunEnded { lab_errors: errors });
}

async fn stop(plan: &Plan, lab: &mut Ports, record: &mut Record<'_>, errors: &mut Vec<String>) {
    let limit = plan.scenario.load.timeout.0 + limits::STOP;
    let last = async { Ok::<_, PortError>(lab.sensor.stop().await) };
    match limits::within(limit, "stop the customers", last).await {
        Ok(seen) => seen.into_iter().for_each(|kind| record.try_write(kind)),
        Err(error) => errors.push(error.to_string()),
    }
}

async fn reconcile(plan: &Plan, lab: &Ports, record: &mut Record<'_>) {
    let mut ledgers: Vec<LedgerName> = plan
        .scenario
        .expect
        .iter()
        .filter_map(|expectation| match expectation {
            Expectation::LosesNothing(expected) => Some(expected.ledger),
            _ => None,
        })
        .collect();
    ledgers.dedup();
    quiesce(lab.sensor.as_ref(), record).await;
    books::reconcile_twice(&ledgers, &[], lab.sensor.as_ref(), record).await;
}

async fn survey(lab: &Ports, record: &mut Record<'_>, healed: bool, errors: &mut Vec<String>) {
    let mut tries = 0;
    loop {
        tries += 1;
        match limits::within(limits::SURVEY, "survey the lab", lab.surveyor.survey()).await {
            Ok(facts) => return record.try_write(EventKind::Surveyed { healed, facts: Box::new(facts) }),
            Err(error) if tries >= limits::SURVEY_TRIES => return errors.push(error.to_string()),
            // A database that was just restarted answers in a moment.
            Err(_) => tokio::time::sleep(limits::SURVEY_PAUSE).await,
        }
    }
}
