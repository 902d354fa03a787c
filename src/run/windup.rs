//! What always comes last: look at the repaired lab, heal, measure once more, send the customers home, wait until everything
//! has come to rest, read the books, and bring data back.
//!
//! **Invariant**: each part is bounded and none keeps the next from being tried; an error here is data, not an exit.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    books, heal,
    hold::Held,
    limits, look,
    play::Ending,
    ports::{PortError, Ports},
    quiesce,
    record::Record,
    settle::settle,
};
use crate::model::{
    evaluate,
    event::{EventKind, Phase},
    plan::Plan,
    scenario::Recovers,
    settled,
};

/// How long customers are measured at most after the heal, where requests are few or it takes them a while.
const AFTERMATH_MOST: Duration = Duration::from_secs(40);
/// And where they were not well before it either: what a person has broken besides is not waited for any longer.
const AFTERMATH_OF_THE_UNWELL: Duration = Duration::from_secs(15);

/// Wind up, whatever the run's end was.
pub(super) async fn wind_up(plan: &Plan, lab: &mut Ports, record: &mut Record<'_>, ending: Ending) {
    let mut errors = Vec::new();
    let mut measures = true;
    let mut interrupted = false;
    match ending {
        Ending::Interrupted => {
            record.try_write(EventKind::Interrupted);
            interrupted = true;
        }
        Ending::Broke(error) => {
            record.try_write(EventKind::BrokeOff { reason: error.to_string() });
            errors.push(error.to_string());
            measures = false;
        }
        Ending::Unsteady => measures = false,
        Ending::Over => {}
    }
    let reads_books = measures && !interrupted;
    // Before anybody looks at the lab, which takes the processors for a moment.
    let now_s = record.now_s();
    let well = |recovers: &Recovers| evaluate::at(&recovers.when, &record.timeline, 0.0, now_s).is_yes();
    let was_well = plan.scenario.recoveries().all(well);
    if reads_books {
        survey(plan, lab, record, false, &mut errors).await;
        // What brings data back would take away what the books are about.
        heal::steps(&plan.injection, lab.actuator.as_ref(), record, |recipe| !recipe.restores_data()).await;
    } else {
        // Somebody wants it over, or there is nothing to show: the way back first, the customers' last answers after it.
        if !interrupted {
            survey(plan, lab, record, false, &mut errors).await;
        }
        heal::all(&plan.injection, lab.actuator.as_ref(), record).await;
    }
    if let Some(error) = settle(&plan.injection, lab.surveyor.as_ref(), record).await {
        errors.push(error);
    }
    if reads_books {
        aftermath(plan, lab, record, was_well).await;
    }
    stop(plan, lab, record, &mut errors).await;
    // A run that broke, or had no baseline, has nothing that its books could show.
    if reads_books {
        let sensor = lab.sensor.as_ref();
        quiesce::quiesce(sensor, record).await;
        books::reconcile_twice(&plan.scenario.ledgers(), &plan.scenario.statements(), sensor, record).await;
    }
    // What is left is data, and it has been counted.
    heal::all(&plan.injection, lab.actuator.as_ref(), record).await;
    survey(plan, lab, record, true, &mut errors).await;
    errors.extend(record.broken.take().filter(|broken| !errors.contains(broken)));
    record.try_write(EventKind::RunEnded { lab_errors: errors });
}

/// Go on measuring after the heal: what it broke, or did not bring back, must be seen.
async fn aftermath(plan: &Plan, lab: &mut Ports, record: &mut Record<'_>, was_well: bool) {
    record.try_write(EventKind::PhaseBegan { phase: Phase::Aftermath });
    let from_s = record.now_s();
    let timeout = plan.scenario.load.timeout.0;
    let most = if was_well { AFTERMATH_MOST } else { AFTERMATH_OF_THE_UNWELL };
    let deadline = Instant::now() + most + timeout + limits::LATE_WINDOW;
    loop {
        let enough = plan.scenario.recoveries().all(|recovers| {
            // Each second that has begun before the heal was over says nothing about after it.
            let seen = evaluate::share_between(&recovers.when, &record.timeline, from_s, f64::MAX);
            let long_enough = seen.is_some_and(|(reading, requests)| {
                reading.until_s - reading.since_s >= settled::SETTLED.as_secs_f64()
                    && requests >= recovers.when.fewest()
            });
            let settled = settled::settled(&recovers.when, &record.timeline, from_s).is_some();
            recovers.when.probe().is_none() || long_enough && settled
        });
        if enough {
            return;
        }
        tokio::select! {
            biased;
            seen = lab.sensor.next() => record.try_write(seen),
            () = tokio::time::sleep_until(deadline) => return,
        }
    }
}

async fn stop(plan: &Plan, lab: &mut Ports, record: &mut Record<'_>, errors: &mut Vec<String>) {
    let limit = plan.scenario.load.patience().0 + limits::STOP;
    let last = async { Ok::<_, PortError>(lab.sensor.stop().await) };
    match limits::within(limit, "stop the customers", last).await {
        Ok(seen) => seen.into_iter().for_each(|kind| record.try_write(kind)),
        Err(error) => errors.push(error.to_string()),
    }
}

async fn survey(plan: &Plan, lab: &Ports, record: &mut Record<'_>, healed: bool, errors: &mut Vec<String>) {
    // Who does not answer is waited for longer than some faults live.
    let looking = look::facts(lab.surveyor.as_ref(), &plan.injection.before, healed);
    let surveyed = Held::of(&plan.injection, record).during(looking, lab.actuator.as_ref(), record).await;
    match surveyed {
        Ok(facts) => record.try_write(EventKind::Surveyed { healed, facts: Box::new(facts) }),
        Err(error) => errors.push(error.to_string()),
    }
}
