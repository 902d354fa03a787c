//! A rehearsal's pace: a paused clock plays an hour in milliseconds, a person wants to watch.
//!
//! **Invariant**: slows the screen down, never the run's own time.

use std::time::Duration;

use crate::{
    model::event::{Event, EventKind},
    run::ports::Observer,
};

/// How many seconds of traffic a person watches before the rest goes by at once.
const WATCHED: u32 = 150;

/// A screen that takes its time.
pub struct Paced<O> {
    screen: O,
    probe: String,
    pause: Duration,
    seen: u32,
}

impl<O: Observer> Paced<O> {
    /// So long for each second of a probe's traffic.
    pub fn new(screen: O, probe: &str, pause: Duration) -> Self {
        Self { screen, probe: probe.to_owned(), pause, seen: 0 }
    }
}

impl<O: Observer> Observer for Paced<O> {
    fn on_event(&mut self, event: &Event) {
        self.screen.on_event(event);
        if matches!(&event.kind, EventKind::Traffic { probe, .. } if *probe == self.probe) && self.seen < WATCHED {
            self.seen += 1;
            std::thread::sleep(self.pause);
        }
    }
}
