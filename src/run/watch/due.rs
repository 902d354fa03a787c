//! Which steps may begin, which do not any more, and whether those that must be in are in.
//!
//! **Invariant**: a step that was called off does not begin any more.

use super::Watch;
use crate::model::{
    evaluate,
    event::FaultState,
    plan::{Begin, Part, PlannedStep},
    step::Until,
    timeline::Timeline,
};

impl Watch<'_> {
    /// Take note of a step's state.
    pub(in crate::run) fn note(&mut self, step: usize, state: FaultState, now_s: f64) {
        match state {
            FaultState::Injecting => drop(self.begun.insert(step)),
            FaultState::Injected => {
                self.injected.insert(step, now_s);
                // What was held by then was held without it.
                self.held = false;
                if self.plan.injection.steps.get(step).is_some_and(|step| step.part == Part::Incident) {
                    self.first_injected_s.get_or_insert(now_s);
                    self.last_injected_s = Some(now_s);
                }
            }
            FaultState::Healed => drop(self.ended.insert(step, now_s)),
            _ => {}
        }
    }

    /// Whether a step was begun and is not in yet.
    pub(super) fn is_going_in(&self) -> bool {
        self.begun.iter().any(|step| !self.injected.contains_key(step))
    }

    /// Whether a step is to begin now, so long after its part of the run began.
    pub(in crate::run) fn is_due(&self, index: usize, step: &PlannedStep, timeline: &Timeline, now_s: f64) -> bool {
        if self.begun.contains(&index) || self.called_off.contains(&index) {
            return false;
        }
        let Some(part_s) = self.part_s(step.part) else { return false };
        match &step.begin {
            Begin::AtS(at_s) => now_s >= part_s + at_s,
            Begin::When(conditions) => {
                conditions.iter().all(|condition| evaluate::at(condition, timeline, part_s, now_s).is_yes())
            }
        }
    }

    /// When a part of the run began; `None` when it has not, or is over.
    fn part_s(&self, part: Part) -> Option<f64> {
        match part {
            Part::Given => None,
            Part::Incident => self.fault_s.filter(|_| self.replay_s.is_none()),
            Part::Replay => self.replay_s,
        }
    }

    /// Take note of the repetitions that have ended: what of them has not begun does not begin any more.
    pub(super) fn end_repetitions(&mut self, timeline: &Timeline, now_s: f64) {
        for (index, step) in self.plan.injection.steps.iter().enumerate() {
            let is_open = !self.begun.contains(&index) && !self.called_off.contains(&index);
            if is_open && self.repetition_has_ended(step, timeline, now_s) {
                self.called_off.insert(index);
            }
        }
    }

    fn repetition_has_ended(&self, step: &PlannedStep, timeline: &Timeline, now_s: f64) -> bool {
        match (&step.until, self.part_s(step.part)) {
            (Some(Until::Page), _) => self.paged_s.is_some(),
            (Some(Until::When(conditions)), Some(part_s)) => {
                conditions.iter().all(|condition| evaluate::first(condition, timeline, part_s, now_s).is_some())
            }
            _ => false,
        }
    }

    /// Whether all that breaks comes now: a service under test has no incident before its trial.
    pub(super) fn goes_straight_to_its_trial(&self) -> bool {
        self.plan.under_test.is_some() && self.fault_s.is_some() && self.replay_s.is_none()
    }

    /// Whether each step that begins at a time is in, or will not begin any more.
    pub(super) fn every_timed_step_is_in(&self) -> bool {
        self.plan.injection.of(Part::Incident).all(|(index, step)| {
            matches!(step.begin, Begin::When(_))
                || self.injected.contains_key(&index)
                || self.called_off.contains(&index)
        })
    }

    /// Whether what ends a step sooner is so, counted from the page.
    pub(in crate::run) fn ends_now(&self, step: &PlannedStep, timeline: &Timeline, now_s: f64) -> bool {
        let (Some(when), Some(paged_s)) = (&step.ends_when, self.paged_s) else { return false };
        when.iter().all(|condition| evaluate::at(condition, timeline, paged_s, now_s).is_yes())
    }

    /// When the replayed trigger was over; `None` while it goes on.
    pub(super) fn trigger_end_s(&self, replay_s: f64) -> Option<f64> {
        let played = self.plan.injection.of(Part::Replay).filter(|(index, _)| !self.called_off.contains(index));
        let mut ends = played.map(|(index, step)| match step.lasts_s {
            Some(_) => self.ended.get(&index).copied(),
            None => self.injected.get(&index).copied(),
        });
        ends.try_fold(replay_s, |latest, end| Some(f64::max(latest, end?)))
    }
}
