//! What a screen remembers of the events, for one line of state.
//!
//! **Invariant**: holds the last value of each thing and no history.

use std::{collections::BTreeMap, fmt::Write as _};

use owo_colors::OwoColorize as _;

use super::clock;
use crate::model::{
    event::{Event, EventKind, FaultState},
    plan::Plan,
    scenario::{Expectation, Recovers},
    steady::percent,
    streak::HoldStreak,
    window::Window,
};

/// Requests that wait for a connection.
enum Waiting {
    /// So many.
    Requests(f64),
    /// Nobody knows.
    Unreadable,
}

/// The state of a run, as far as one line needs it.
#[derive(Default)]
pub(super) struct Live {
    pub(super) plan: Option<Plan>,
    last: Option<Window>,
    waiting: Option<Waiting>,
    paged_s: Option<f64>,
    hold: Option<HoldStreak>,
    held_s: f64,
    faults: BTreeMap<usize, FaultState>,
    interrupted: bool,
}

impl Live {
    pub(super) fn see(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunBegan { plan, .. } => self.plan = Some(plan.as_ref().clone()),
            EventKind::Paged { .. } => {
                self.paged_s = Some(event.at_s);
                self.hold = self.goal().map(|(recovers, plan)| HoldStreak::new(recovers, &plan.scenario.page));
            }
            EventKind::Traffic { probe, window } if self.is_main(probe) => {
                self.last = Some(window.clone());
                if let Some(hold) = &mut self.hold {
                    hold.feed(window);
                    self.held_s = hold.so_far_s();
                }
            }
            EventKind::Fault { step, state, .. } => drop(self.faults.insert(*step, *state)),
            EventKind::Interrupted => self.interrupted = true,
            EventKind::Gauge { probe, value, .. } if probe.ends_with("-waiting") => {
                self.waiting = Some(value.map_or(Waiting::Unreadable, Waiting::Requests));
            }
            _ => {}
        }
    }

    /// Whether a probe is the one that the page watches.
    pub(super) fn is_main(&self, probe: &str) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.scenario.page.when.probe == probe)
    }

    pub(super) fn was_paged(&self) -> bool {
        self.paged_s.is_some()
    }

    pub(super) fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    pub(super) fn is_healing(&self, step: usize) -> bool {
        self.faults.get(&step) == Some(&FaultState::Healing)
    }

    pub(super) fn is_healed(&self) -> bool {
        self.faults.values().all(|state| matches!(state, FaultState::Planned | FaultState::Healed))
    }

    fn goal(&self) -> Option<(&Recovers, &Plan)> {
        let plan = self.plan.as_ref()?;
        plan.scenario.expect.iter().find_map(|expectation| match expectation {
            Expectation::Recovers(recovers) => Some((recovers, plan)),
            _ => None,
        })
    }

    /// One line: how customers fare, how slow it is, who waits, how long it has been going on.
    pub(super) fn state(&self, at_s: f64) -> Option<String> {
        let (plan, last) = (self.plan.as_ref()?, self.last.as_ref()?);
        let name = plan.scenario.page.when.probe.strip_suffix("-success").unwrap_or(&plan.scenario.page.when.probe);
        let share = last.success();
        let shown = format!("{:>6}", share.map_or_else(|| "-".into(), percent));
        let shown = match share {
            Some(share) if share >= plan.scenario.page.when.below.0 => shown.green().to_string(),
            _ => shown.red().bold().to_string(),
        };
        let mut text = format!("{name} {shown}  p99 {:>4.0} ms", last.p99_ms);
        // Writing to a string cannot fail.
        let _ = match self.waiting {
            Some(Waiting::Requests(waiting)) => write!(text, "  waiting {waiting:>4}"),
            Some(Waiting::Unreadable) => write!(text, "  waiting    ?"),
            None => Ok(()),
        };
        if let (Some(paged_s), Some((recovers, _))) = (self.paged_s, self.goal()) {
            let _ = if self.held_s > 0.0 {
                write!(text, "  held {:.0} s of {}", self.held_s.floor(), recovers.hold)
            } else {
                write!(text, "  {} since the page, {} allowed", clock(at_s - paged_s), recovers.within)
            };
        }
        Some(text)
    }
}

/// How waiting for the shop to come to rest ended, in words.
pub(super) fn rest(after_s: f64, moving: &[String]) -> String {
    if moving.is_empty() {
        return "the shop came to rest; its books are held against the promises, twice".to_owned();
    }
    let what = moving.join("; ");
    format!("the shop did not come to rest within {after_s:.0} s ({what}); its books are read all the same")
}
