//! How long the loop waits: for the symptom and the page, for the repair, for the replay.
//!
//! **Invariant**: every wait has an end, which follows from the scenario and from what has happened.

use std::time::Duration;

use super::Watch;
use crate::{
    model::{
        plan::{Begin, Part},
        scenario::{Expectation, Recovers},
        units::Span,
    },
    run::limits,
};

/// A trigger that does not say how long it lasts is given this long to show its effect when it is played again.
const REPLAY: Duration = Duration::from_secs(15);
/// The most time to recover from a trigger that was already repaired once.
const REPLAY_WITHIN: Duration = Duration::from_mins(1);

impl Watch<'_> {
    /// From when on a repair of ours proves something: somebody was woken, and the steps have had their whole effect.
    pub(in crate::run) fn repairable_s(&self) -> Option<f64> {
        let mut from_s = self.paged_s?;
        let Some(symptom) = &self.plan.scenario.symptom else { return Some(from_s) };
        for index in 0..symptom.when.0.len() {
            from_s = from_s.max(*self.seen.get(&index)?);
        }
        if !self.every_timed_step_is_in() {
            return None;
        }
        if let Some(outlives) = symptom.outlives {
            let ending = self.plan.injection.of(Part::Incident).filter(|(_, step)| step.lasts_s.is_some());
            for (index, _) in ending.filter(|(index, _)| !self.called_off.contains(index)) {
                from_s = from_s.max(self.ended.get(&index)? + outlives.0.as_secs_f64());
            }
        }
        Some(from_s)
    }

    pub(super) fn waits_for_page(&self) -> bool {
        self.paged_s.is_none() && self.plan.injection.of(Part::Incident).next().is_some()
    }

    /// When waiting ends, as far as is known now.
    pub(in crate::run) fn deadline_s(&self) -> Option<f64> {
        let scenario = &self.plan.scenario;
        // A second is known when the last of its customers has given up, after the last of his tries.
        let late_s = (scenario.load.patience().0 + limits::LATE_WINDOW).as_secs_f64();
        let longest = |of: fn(&Recovers) -> Span| scenario.recoveries().map(|one| of(one).0).max().unwrap_or_default();
        let (within, hold) = (longest(|one| one.within), longest(|one| one.when.lasting));
        // A hold window that began in time may end late; where customers are few, nobody sees for a while that it has begun.
        let holding_s = hold.as_secs_f64();
        if let Some(replay_s) = self.replay_s {
            let trigger = self.plan.injection.of(Part::Replay).map(|(_, step)| {
                let begin_s = if let Begin::AtS(at_s) = step.begin { at_s } else { 0.0 };
                begin_s + step.lasts_s.unwrap_or(REPLAY.as_secs_f64())
            });
            let trigger_s = trigger.fold(0.0, f64::max);
            return Some(replay_s + trigger_s + within.min(REPLAY_WITHIN).as_secs_f64() + late_s + holding_s);
        }
        if self.waits_for_page() {
            let patience = scenario.symptom.as_ref().map_or(limits::SILENCE, |symptom| symptom.within.0)
                + scenario.page.when.iter().map(|condition| condition.lasting.0).max().unwrap_or_default();
            let first_s = self.first_injected_s.or_else(|| Some(self.fault_s? + self.latest_begin_s()))?;
            return Some(first_s + patience.as_secs_f64() + late_s);
        }
        let from_s = self.paged_s.or(self.fault_s)?;
        let from_s = self.last_injected_s.map_or(from_s, |last_s| last_s.max(from_s));
        let says = scenario.expect.iter().find_map(|expected| match expected {
            Expectation::Says(says) => Some(says.within.0),
            _ => None,
        });
        let patience = if scenario.hands_in() { says.unwrap_or_default() } else { within };
        let until_s = from_s + patience.as_secs_f64();
        // Who has called it done is not waited for until the time is up.
        let until_s = self.finished_s.map_or(until_s, |at_s| until_s.min(at_s + limits::FINISHED.as_secs_f64()));
        Some(until_s + late_s + holding_s)
    }

    fn latest_begin_s(&self) -> f64 {
        let begins = self.plan.injection.of(Part::Incident).map(|(_, step)| match step.begin {
            Begin::AtS(at_s) => at_s,
            Begin::When(_) => 0.0,
        });
        begins.fold(0.0, f64::max)
    }
}
