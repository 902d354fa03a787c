//! What the screen knows of a run.
//!
//! **Invariant**: a fold over events, and over what keys have brought; the same give the same scene.

use std::collections::VecDeque;

use super::form::Form;
use crate::{
    model::{
        condition::Condition,
        event::{Event, EventKind, Phase},
        units::Span,
        window::Window,
    },
    terminal::plain::clock,
};

/// Seconds of traffic that are kept: as many as the widest terminal shows.
const SECONDS: usize = 400;
/// Lines that are kept.
const LINES: usize = 400;

/// Everything that is drawn.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct Scene {
    /// Whether there is colour.
    pub colour: bool,
    /// The run's id.
    pub run: String,
    /// Whether the lab is one in memory.
    pub rehearsal: bool,
    /// Seconds since the run began.
    pub at_s: f64,
    /// Which part of the run it is.
    pub phase: Option<Phase>,
    /// The page, and when it went out.
    pub paged: Option<(f64, String)>,
    /// What the page watches.
    pub probe: String,
    bound: Option<Span>,
    /// Share of good requests of each second, in thousandths.
    pub good: VecDeque<u64>,
    /// Their 99th percentile, in milliseconds.
    pub p99_ms: VecDeque<u64>,
    /// What happened, the newest last.
    pub lines: VecDeque<String>,
    /// What came of the last key.
    pub said: String,
    /// Lines that a key has brought, and that are not among what is left behind yet.
    pub told: String,
    /// A question that is open.
    pub asked: Option<Asked>,
    /// Whether the keys are explained.
    pub helps: bool,
    /// The run has ended.
    pub over: bool,
    /// Something is to be drawn anew.
    pub changed: bool,
}

/// A question of the screen's.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Whether a hint is wanted, which costs points.
    Hint,
    /// Whether the repair is finished.
    Done,
    /// Whether to give up.
    Quit,
    /// What the cause is.
    Cause(Form),
}

impl Scene {
    /// Nothing has happened.
    pub fn new(colour: bool) -> Self {
        Self { colour, changed: true, ..Self::default() }
    }

    /// Take note of an event, and of the lines that it is in words.
    pub fn see(&mut self, event: &Event, words: &str) {
        self.at_s = self.at_s.max(event.at_s);
        self.changed = true;
        match &event.kind {
            EventKind::RunBegan { run, plan, rehearsal, .. } => {
                self.run.clone_from(run);
                self.rehearsal = *rehearsal;
                let watched = plan.scenario.page.when.iter().find(|condition| condition.probe().is_some());
                watched.and_then(Condition::probe).unwrap_or_default().clone_into(&mut self.probe);
                self.bound = watched.and_then(Condition::bound);
            }
            EventKind::PhaseBegan { phase } => self.phase = Some(*phase),
            EventKind::Paged { sentence } => self.paged = Some((event.at_s, sentence.clone())),
            EventKind::Traffic { probe, window } if *probe == self.probe => self.traffic(window),
            _ => {}
        }
        for line in anstream::adapter::strip_str(words).to_string().lines() {
            push(&mut self.lines, line.to_owned(), LINES);
        }
    }

    /// Keep what a key has brought among the lines, where it is wrapped and no later key takes its place.
    pub fn keep(&mut self, text: &str) {
        let time = clock(self.at_s);
        for line in text.trim().lines() {
            let line = format!("  {time}  {line}");
            self.told += &line;
            self.told.push('\n');
            push(&mut self.lines, line, LINES);
        }
        self.changed = true;
    }

    fn traffic(&mut self, window: &Window) {
        if window.intended == 0 {
            return;
        }
        let good = window.good(self.bound).min(window.intended);
        push(&mut self.good, good * 1000 / window.intended, SECONDS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of a request")]
        push(&mut self.p99_ms, window.p99_ms.max(0.0).round() as u64, SECONDS);
    }
}

fn push<T>(all: &mut VecDeque<T>, new: T, most: usize) {
    all.push_back(new);
    if all.len() > most {
        all.pop_front();
    }
}
