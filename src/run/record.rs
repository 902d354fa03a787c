//! Every event goes to the journal first, then to the screen, then to the timeline.
//!
//! **Invariant**: nobody sees an event that is not on disk.

use std::time::Duration;

use tokio::time::Instant;

use super::ports::{Journal, Observer, PortError};
use crate::model::{event::EventKind, timeline::Timeline};

/// The one way to make something happen in a run's history.
pub(super) struct Record<'a> {
    journal: &'a mut dyn Journal,
    screen: &'a mut dyn Observer,
    pub(super) timeline: Timeline,
    zero: Option<Instant>,
    /// The first event that could not be written.
    pub(super) broken: Option<String>,
}

impl<'a> Record<'a> {
    /// Of a new run.
    pub(super) fn new(journal: &'a mut dyn Journal, screen: &'a mut dyn Observer) -> Self {
        Self { journal, screen, timeline: Timeline::default(), zero: None, broken: None }
    }

    /// Of a run that another process began: time goes on where its journal ends.
    pub(super) fn resume(journal: &'a mut dyn Journal, screen: &'a mut dyn Observer, timeline: &Timeline) -> Self {
        let last_s = timeline.events.last().map_or(0.0, |event| event.at_s);
        // Of a damaged journal: a moment that is none must not keep the fault in.
        let last = Duration::try_from_secs_f64(last_s.max(0.0)).unwrap_or_default();
        let zero = Instant::now().checked_sub(last);
        Self { journal, screen, timeline: timeline.clone(), zero, broken: None }
    }

    /// The run's zero is now: the customers have started.
    pub(super) fn start_clock(&mut self) {
        self.zero = Some(Instant::now());
    }

    /// Seconds since the run's zero.
    pub(super) fn now_s(&self) -> f64 {
        self.zero.map_or(0.0, |zero| zero.elapsed().as_secs_f64())
    }

    /// Write it down.
    pub(super) fn write(&mut self, kind: EventKind) -> Result<(), PortError> {
        match self.journal.append(self.now_s(), kind) {
            Ok(event) => {
                self.screen.on_event(&event);
                self.timeline.events.push(event);
                Ok(())
            }
            Err(error) => {
                self.broken.get_or_insert_with(|| error.to_string());
                Err(error)
            }
        }
    }

    /// Write it down if that is possible: healing goes on without a journal, too.
    pub(super) fn try_write(&mut self, kind: EventKind) {
        let _ = self.write(kind);
    }
}
