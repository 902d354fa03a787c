//! When the loop looks up again, if nothing wakes it before.
//!
//! **Invariant**: nothing that is due is slept through.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::{
    execute::{Repair, Said},
    play::Play,
};
use crate::model::{
    event::EventKind,
    plan::{Begin, Part},
};

impl Play<'_, '_> {
    /// The next moment at which something is due.
    pub(super) fn wake_s(&self) -> Option<f64> {
        let steps = self.plan.injection.steps.iter().enumerate().filter(|(index, _)| !self.begun.contains(index));
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
        let all = [begin, renewal, end, silent, self.repair_s(), self.watch.deadline_s()];
        all.into_iter().flatten().min_by(f64::total_cmp)
    }

    /// When the repair is to begin; `None` when it has, or when it is not ours.
    pub(super) fn repair_s(&self) -> Option<f64> {
        match &self.options.repair {
            _ if self.repairing => None,
            Repair::Wait => None,
            // Ours proves nothing before the fault has had its whole effect; a person's comes when the person comes.
            Repair::Actions { after, .. } => Some(self.watch.repairable_s()? + after.as_secs_f64()),
            Repair::Script(_) => self.watch.paged_s,
        }
    }
}

/// The next thing that the person says: a hint that is not known yet, or the answer, which is the last.
pub(super) async fn heard(said: &mut Option<watch::Receiver<Said>>, hinted: &BTreeSet<usize>) -> EventKind {
    let news = match said {
        Some(receiver) => {
            let is_news = |said: &Said| said.answer.is_some() || !said.hints.is_subset(hinted);
            receiver.wait_for(is_news).await.ok().map(|said| said.clone())
        }
        None => None,
    };
    if let Some(number) = news.iter().flat_map(|news| &news.hints).find(|number| !hinted.contains(number)) {
        return EventKind::Hinted { number: *number };
    }
    *said = None;
    match news.and_then(|news| news.answer) {
        Some(answer) => EventKind::Answered { answer },
        // Nobody will say anything any more.
        None => std::future::pending().await,
    }
}
