//! A fault by hand: put in, renewed until it is time, taken out; without customers, pages or a verdict.
//!
//! **Invariant**: as in a run, the way back is on disk before the blow, and whatever happens in between, it ends with a heal;
//! unless it is let go, and then its time to live ends it.

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    heal, jobs,
    ports::{Journal, Observer, PortError, Ports},
    record::Record,
};
use crate::model::{
    event::{EventKind, FaultState},
    plan::{Injection, PlannedStep},
    timeline::Timeline,
};

/// How a fault is put in by hand.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// Its id.
    pub run: String,
    /// droplab's version.
    pub version: String,
    /// For how long; until Ctrl-C when left out.
    pub lasting: Option<Duration>,
    /// Put it in and let it go: its time to live ends it.
    pub detach: bool,
}

/// Whose turn it is to change the lab: ours while a fault is put in and taken out, anybody's while it is only held.
#[async_trait]
pub trait Turns: Send + Sync {
    /// It is in, and from now on only held.
    fn pass(&self);
    /// Wait until nobody else changes the lab; then it is ours again.
    async fn take(&self);
    /// Whether another process heals it, or has: then there is nothing left to do.
    fn healed_elsewhere(&self) -> bool;
}

/// Put a fault in, hold it, take it out. An error means that nothing was touched. Whoever calls this has the turn.
pub async fn by_hand(
    injection: &Injection,
    lab: &Ports,
    journal: &mut dyn Journal,
    screen: &mut dyn Observer,
    options: &ByHand,
    stop: &CancellationToken,
    turns: &dyn Turns,
) -> Result<Timeline, PortError> {
    if let Some(lasting) = options.lasting.filter(|lasting| Instant::now().checked_add(*lasting).is_none()) {
        let why = "no clock counts as far as that; without an end it is held until Ctrl-C";
        return Err(PortError::new(format!("hold a fault for {} s", lasting.as_secs()), why));
    }
    let mut record = Record::new(journal, screen);
    record.write(EventKind::InjectionBegan {
        run: options.run.clone(),
        version: options.version.clone(),
        injection: Box::new(injection.clone()),
    })?;
    for step in 0..injection.steps.len() {
        record.write(EventKind::Fault { step, state: FaultState::Planned, reason: None })?;
    }
    record.start_clock();
    let mut errors = Vec::new();
    if let Err(error) = put_in(injection, lab, &mut record).await {
        errors.push(error.to_string());
    } else if options.detach {
        return Ok(record.timeline);
    } else {
        turns.pass();
        if !hold(injection, lab, &mut record, options, stop, turns).await {
            return Ok(record.timeline);
        }
        turns.take().await;
        // While this waited for its turn, somebody may have had it for a heal.
        if turns.healed_elsewhere() {
            return Ok(record.timeline);
        }
    }
    if stop.is_cancelled() {
        record.try_write(EventKind::Interrupted);
    }
    heal::to_the_end(injection, lab, &mut record, errors).await;
    Ok(record.timeline)
}

async fn put_in(injection: &Injection, lab: &Ports, record: &mut Record<'_>) -> Result<(), PortError> {
    for (step, PlannedStep { recipe, .. }) in injection.steps.iter().enumerate() {
        record.write(EventKind::Fault { step, state: FaultState::Injecting, reason: None })?;
        for op in &recipe.inject {
            let (took_ms, outcome) = jobs::blow(lab.actuator.as_ref(), op).await;
            outcome?;
            record.write(EventKind::Performed { step, op: op.clone(), took_ms })?;
        }
        record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
    }
    Ok(())
}

/// How often it is looked whether somebody else heals it.
const SOON: Duration = Duration::from_secs(1);

/// Renew every third of the time to live, until it is time; whether it is ours to heal.
async fn hold(
    injection: &Injection,
    lab: &Ports,
    record: &mut Record<'_>,
    options: &ByHand,
    stop: &CancellationToken,
    turns: &dyn Turns,
) -> bool {
    // What is over as soon as it has happened is not waited for.
    if injection.steps.iter().all(|step| step.recipe.heal.is_empty()) {
        return true;
    }
    let until = options.lasting.and_then(|lasting| Instant::now().checked_add(lasting));
    let renewal = injection.steps.iter().filter_map(|step| step.recipe.renewal()).min();
    let pause = renewal.unwrap_or(SOON);
    loop {
        let left = until.map_or(pause, |until| until.saturating_duration_since(Instant::now()));
        let next = Instant::now() + pause.min(left);
        while Instant::now() < next {
            tokio::select! {
                biased;
                () = stop.cancelled() => return true,
                () = tokio::time::sleep_until(next.min(Instant::now() + SOON)) => {}
            }
            if turns.healed_elsewhere() {
                return false;
            }
        }
        if until.is_some_and(|until| Instant::now() >= until) {
            return true;
        }
        for (step, PlannedStep { recipe, .. }) in injection.steps.iter().enumerate() {
            if recipe.renewal().is_none() {
                continue;
            }
            let outcome = jobs::renewed(lab.actuator.as_ref(), recipe).await;
            // It may have been healed while this waited: then the journal is not ours to write any more.
            if turns.healed_elsewhere() {
                return false;
            }
            for kind in jobs::renewal(step, outcome) {
                record.try_write(kind);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Memory;
    use super::*;
    use crate::{
        model::{
            fault::{CutZone, FaultSpec},
            hold::Hold,
            op::Recipe,
        },
        rehearsal::{FakeLab, Quirks},
    };

    struct Alone;

    #[async_trait]
    impl Turns for Alone {
        fn pass(&self) {}
        async fn take(&self) {}
        fn healed_elsewhere(&self) -> bool {
            false
        }
    }

    /// A time that no clock reaches ended the process when the fault was in already.
    #[tokio::test(start_paused = true)]
    async fn a_time_that_no_clock_reaches_is_refused_before_anything_is_touched() {
        let lab = FakeLab::new("test", Quirks::default());
        let zone = "dc-2".to_owned();
        let recipe = Recipe::hold("cut", "30s".parse().unwrap(), Hold::CutZone { zone: zone.clone() });
        let fault = FaultSpec::CutZone(CutZone { zone });
        let before = lab.world().survey(Instant::now());
        let injection = Injection { seed: 1, steps: vec![PlannedStep::at(0.0, fault, recipe)], before: before.clone() };
        let lasts = async |lasting: Duration| {
            let options = ByHand { run: "test".into(), version: "0".into(), lasting: Some(lasting), detach: false };
            let (mut journal, mut screen, stop) = (Memory, Memory, CancellationToken::new());
            let ports = lab.ports();
            by_hand(&injection, &ports, &mut journal, &mut screen, &options, &stop, &Alone).await
        };
        let refused = lasts(Duration::MAX).await.unwrap_err().to_string();
        assert!(refused.contains("no clock counts as far as that"), "{refused}");
        assert_eq!(lab.world().survey(Instant::now()), before);
        assert!(lasts(Duration::from_secs(40)).await.unwrap().unhealed().is_empty());
    }
}
