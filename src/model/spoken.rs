//! What was said in a run, as its events tell.
//!
//! **Invariant**: in the order in which the run heard it.

use super::{event::EventKind, said::Said, timeline::Timeline};

impl Timeline {
    /// What the person said: number of the event, seconds, words.
    pub fn said(&self) -> impl Iterator<Item = (u64, f64, &Said)> {
        self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Said { said } => Some((event.seq, event.at_s, said)),
            _ => None,
        })
    }

    /// The hints that were told, by their numbers.
    pub fn hinted(&self) -> std::collections::BTreeSet<usize> {
        self.said().filter_map(|(_, _, said)| said.hint()).collect()
    }

    /// Whether the person said the last word: with an answer, or by calling the repair finished.
    pub fn was_answered(&self) -> bool {
        self.said().any(|(_, _, said)| matches!(said, Said::Done { .. } | Said::Finished))
    }
}
