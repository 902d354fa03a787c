//! Which steps may begin, and whether those that must be in are in.
//!
//! **Invariant**: a step that was called off does not begin any more.

use super::Watch;
use crate::model::{
    evaluate,
    plan::{Begin, Part, PlannedStep},
    step::Until,
    timeline::Timeline,
};

impl Watch<'_> {
    /// Whether a step may begin now, so long after its part of the run began.
    pub(in crate::run) fn is_due(&self, step: &PlannedStep, timeline: &Timeline, now_s: f64) -> bool {
        let part_s = match step.part {
            Part::Given => None,
            Part::Incident => self.fault_s.filter(|_| self.replay_s.is_none()),
            Part::Replay => self.replay_s,
        };
        let Some(part_s) = part_s else { return false };
        if let Some(Until::When(conditions)) = &step.until
            && conditions.iter().all(|condition| evaluate::first(condition, timeline, part_s, now_s).is_some())
        {
            return false;
        }
        if self.is_called_off(step) {
            return false;
        }
        match &step.begin {
            Begin::AtS(at_s) => now_s >= part_s + at_s,
            Begin::When(conditions) => {
                conditions.iter().all(|condition| evaluate::at(condition, timeline, part_s, now_s).is_yes())
            }
        }
    }

    /// Whether all that breaks comes now: a service under test has no incident before its trial.
    pub(super) fn goes_straight_to_its_trial(&self) -> bool {
        self.plan.under_test.is_some() && self.fault_s.is_some() && self.replay_s.is_none()
    }

    /// Whether each step that begins at a time is in, or will not begin any more.
    pub(super) fn every_timed_step_is_in(&self) -> bool {
        self.plan.injection.of(Part::Incident).all(|(index, step)| {
            matches!(step.begin, Begin::When(_)) || self.injected.contains_key(&index) || self.is_called_off(step)
        })
    }

    fn is_called_off(&self, step: &PlannedStep) -> bool {
        matches!(step.until, Some(Until::Page)) && self.paged_s.is_some()
    }

    /// Whether what ends a step sooner is so, counted from the page.
    pub(in crate::run) fn ends_now(&self, step: &PlannedStep, timeline: &Timeline, now_s: f64) -> bool {
        let (Some(when), Some(paged_s)) = (&step.ends_when, self.paged_s) else { return false };
        when.iter().all(|condition| evaluate::at(condition, timeline, paged_s, now_s).is_yes())
    }

    /// When the replayed trigger was over; `None` while it goes on.
    pub(super) fn trigger_end_s(&self, replay_s: f64) -> Option<f64> {
        let mut ends = self.plan.injection.of(Part::Replay).map(|(index, step)| match step.lasts_s {
            Some(_) => self.ended.get(&index).copied(),
            None => self.injected.get(&index).copied(),
        });
        ends.try_fold(replay_s, |latest, end| Some(f64::max(latest, end?)))
    }
}
