//! When the loop looks up again, if nothing wakes it before.
//!
//! **Invariant**: nothing that is due is slept through.

use super::{limits, options::Repair, play::Play};
use crate::model::plan::{Begin, Part};

impl Play<'_, '_> {
    /// The next moment at which something is due.
    pub(super) fn wake_s(&self) -> Option<f64> {
        let steps = self.plan.injection.steps.iter().enumerate();
        let steps = steps.filter(|(index, _)| !self.watch.begun.contains(index));
        let begins = steps.filter_map(|(_, step)| match (&step.begin, step.part) {
            (Begin::AtS(at_s), Part::Incident) => Some(self.watch.fault_s? + at_s),
            (Begin::AtS(at_s), Part::Replay) => Some(self.watch.replay_s? + at_s),
            _ => None,
        });
        // What was called off stays in the past, and is no reason to wake.
        let now_s = self.record.now_s();
        let begin = begins.filter(|at_s| *at_s > now_s).min_by(f64::total_cmp);
        let renewal = self.renewals.values().copied().min_by(f64::total_cmp);
        let end = self.ends.values().copied().min_by(f64::total_cmp);
        let silent = Some(self.driver.silent_at_s());
        let answered = self.watch.answer_is_over_s();
        let calm = self.over_s.map(|over_s| over_s + limits::CALM.as_secs_f64());
        let all = [begin, renewal, end, silent, answered, calm, self.repair_s(), self.watch.deadline_s()];
        all.into_iter().flatten().min_by(f64::total_cmp)
    }

    /// When the repair is to begin; `None` when it has, or when it is not ours.
    pub(super) fn repair_s(&self) -> Option<f64> {
        match &self.options.repair {
            _ if self.repairing => None,
            Repair::Nobody | Repair::Person => None,
            // Ours proves nothing before the fault has had its whole effect; a person's comes when the person comes.
            Repair::Actions { after, .. } => Some(self.watch.repairable_s()? + after.as_secs_f64()),
            Repair::Script(_) => self.watch.paged_s,
        }
    }
}
