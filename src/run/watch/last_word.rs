//! What the person's last word means to the loop.
//!
//! **Invariant**: the first one counts.

use super::Watch;
use crate::run::limits;

impl Watch<'_> {
    /// The person has answered; the first answer counts.
    pub(in crate::run) fn answer(&mut self, now_s: f64) {
        self.answered_s.get_or_insert(now_s);
    }

    /// The person has called the repair done; the first time counts, and not before there was anything to repair.
    pub(in crate::run) fn finish(&mut self, now_s: f64) {
        if self.paged_s.is_some() {
            self.finished_s.get_or_insert(now_s);
        }
    }

    /// Whether a person may have more to do: nothing was said to the contrary, and the trigger was not played again yet.
    pub(in crate::run) fn may_be_unfinished(&self) -> bool {
        self.finished_s.is_none() && self.answered_s.is_none() && self.replay_s.is_none() && self.paged_s.is_some()
    }

    /// When the run may end after an answer: what was done just before it must be seen.
    pub(in crate::run) fn answer_is_over_s(&self) -> Option<f64> {
        self.answered_s.map(|at_s| at_s + limits::AFTER_ANSWER_S)
    }
}
