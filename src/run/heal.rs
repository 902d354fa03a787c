//! The way back: from a live run, or from the journal of one that died.
//!
//! **Invariant**: a fault's state is a fold over its events, illegal moves are errors; healing twice is healing once. What is still
//! on its way when a heal begins (an op that was given up, a renewal) is older than its release, and does nothing after it.

use std::collections::BTreeMap;

use super::{
    jobs, look,
    ports::{Actuator, Journal, Observer, Ports},
    record::Record,
    settle::settle,
    undo,
};
use crate::model::{
    event::{EventKind, FaultState},
    op::Recipe,
    plan::Injection,
    timeline::Timeline,
};

/// Why a journal cannot be healed from.
#[derive(Debug, thiserror::Error)]
pub enum HealError {
    /// It does not begin with a plan.
    #[error("the journal does not begin with a plan")]
    NoPlan,
    /// A fault moved as no fault can.
    #[error("event {seq}: the fault of step {step} cannot go from {from:?} to {to:?}")]
    Illegal {
        /// Which event.
        seq: u64,
        /// Which step.
        step: usize,
        /// Its state before; `None` before its first.
        from: Option<FaultState>,
        /// Its state in the event.
        to: FaultState,
    },
}

/// Each step's state, if the journal tells a possible story.
pub fn states(timeline: &Timeline) -> Result<BTreeMap<usize, FaultState>, HealError> {
    let mut states = BTreeMap::new();
    for event in &timeline.events {
        let EventKind::Fault { step, state, .. } = event.kind else { continue };
        let from = states.insert(step, state);
        if !state.follows(from) {
            return Err(HealError::Illegal { seq: event.seq, step, from, to: state });
        }
    }
    Ok(states)
}

/// Heal whatever the journal of an earlier run leaves open, and write it down there. The whole timeline afterwards.
pub async fn from_journal(
    timeline: &Timeline,
    lab: &Ports,
    journal: &mut dyn Journal,
    screen: &mut dyn Observer,
) -> Result<Timeline, HealError> {
    let (_, injection, _) = timeline.injection().ok_or(HealError::NoPlan)?;
    // A story that cannot have happened is no reason to leave a fault in: heal sets states, and does not mind.
    let doubts = states(timeline).err().map(|error| error.to_string()).into_iter().collect();
    let mut record = Record::resume(journal, screen, timeline);
    to_the_end(injection, lab, &mut record, doubts).await;
    Ok(record.timeline)
}

/// Close a journal whose lab is no more: a target that is gone is healed.
pub fn gone_with_the_lab(
    timeline: &Timeline,
    journal: &mut dyn Journal,
    screen: &mut dyn Observer,
) -> Result<(), HealError> {
    let mut record = Record::resume(journal, screen, timeline);
    for step in timeline.unhealed() {
        record.try_write(EventKind::Fault { step, state: FaultState::Healing, reason: None });
        let reason = Some("the lab was taken down, and the fault with it".to_owned());
        record.try_write(EventKind::Fault { step, state: FaultState::Healed, reason });
    }
    record.try_write(EventKind::RunEnded { lab_errors: Vec::new() });
    Ok(())
}

/// Heal, wait until what was touched is whole, look until all of it can be read, and write the last line.
pub(super) async fn to_the_end(
    injection: &Injection,
    lab: &Ports,
    record: &mut Record<'_>,
    mut lab_errors: Vec<String>,
) {
    all(injection, lab.actuator.as_ref(), record).await;
    lab_errors.extend(settle(injection, lab.surveyor.as_ref(), record).await);
    match look::facts(lab.surveyor.as_ref(), &injection.before, true).await {
        Ok(facts) => record.try_write(EventKind::Surveyed { healed: true, facts: Box::new(facts) }),
        Err(error) => lab_errors.push(error.to_string()),
    }
    record.try_write(EventKind::RunEnded { lab_errors });
}

/// Heal every step that may be in, the last one first.
pub(super) async fn all(injection: &Injection, actuator: &dyn Actuator, record: &mut Record<'_>) {
    steps(injection, actuator, record, |_| true).await;
}

/// Those of them that are wanted; a step that the plan does not have always is.
pub(super) async fn steps(
    injection: &Injection,
    actuator: &dyn Actuator,
    record: &mut Record<'_>,
    wanted: impl Fn(&Recipe) -> bool,
) {
    for step in record.timeline.unhealed().into_iter().rev() {
        let planned = injection.steps.get(step);
        if planned.is_some_and(|planned| !wanted(&planned.recipe)) {
            continue;
        }
        record.try_write(EventKind::Fault { step, state: FaultState::Healing, reason: None });
        let Some(planned) = planned else {
            let why = "the journal tells of a step that its plan does not have: nobody knows its way back";
            record.try_write(EventKind::Fault { step, state: FaultState::Stuck, reason: Some(why.to_owned()) });
            continue;
        };
        for acted in jobs::counted(actuator, &planned.recipe).await {
            record.try_write(EventKind::Acted { step, acted });
        }
        let mut outcome = Ok(());
        for op in &planned.recipe.heal {
            match undo::perform(op, actuator).await {
                Ok(done) => record.try_write(done.event(step, op)),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        let (state, reason) = match outcome {
            Ok(()) => (FaultState::Healed, None),
            Err(error) => (FaultState::Stuck, Some(error.to_string())),
        };
        record.try_write(EventKind::Fault { step, state, reason });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;
    use tokio::time::Instant;

    use super::super::{
        ports::{PortError, Surveyor},
        testing::journalled,
    };
    use super::*;
    use crate::{
        model::facts::{Facts, Part},
        rehearsal::{FakeLab, Quirks},
    };

    /// A zone that was just thawed: nobody reads it at the first looks, of which so many were taken.
    struct Thawing(FakeLab, AtomicU32);

    #[async_trait]
    impl Surveyor for Thawing {
        async fn survey(&self) -> Result<Facts, PortError> {
            let mut facts = self.0.survey().await?;
            if self.1.fetch_add(1, Ordering::Relaxed) < 2 {
                facts.unread.insert(Part::Traces, "no answer within 12 s".to_owned());
            }
            Ok(facts)
        }
    }

    /// One look was all: what had just been released was healed, and not proven.
    #[tokio::test(start_paused = true)]
    async fn a_heal_is_proven_by_a_look_at_all_of_the_lab() {
        let lab = FakeLab::new("test", Quirks::default());
        let injection = Injection { seed: 1, before: lab.world().survey(Instant::now()), steps: Vec::new() };
        let ports = Ports { surveyor: Box::new(Thawing(lab.clone(), AtomicU32::new(0))), ..lab.ports() };
        let began = Instant::now();
        let events = journalled(async |record| to_the_end(&injection, &ports, record, Vec::new()).await).await;
        let [EventKind::Surveyed { healed: true, facts }, EventKind::RunEnded { lab_errors }] = &events[..] else {
            panic!("{events:?}")
        };
        assert!(facts.unread.is_empty() && lab_errors.is_empty(), "{:?} {lab_errors:?}", facts.unread);
        assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    }
}
