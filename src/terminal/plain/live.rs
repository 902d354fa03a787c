//! What a screen remembers of the events, for one line of state.
//!
//! **Invariant**: holds the last value of each thing and no history.

use std::{collections::BTreeMap, fmt::Write as _};

use owo_colors::OwoColorize as _;

use super::clock;
use crate::model::{
    condition::{Condition, percent},
    evaluate,
    event::{Event, EventKind, FaultState, Phase},
    plan::Plan,
    said::Said,
    scenario::Recovers,
    timeline::Timeline,
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
    /// The traffic since the page, for as long as the hold reaches back.
    since_page: Timeline,
    held_s: f64,
    faults: BTreeMap<usize, FaultState>,
    interrupted: bool,
    /// The person has said that the repair is done, or is not waited for any more.
    finished: bool,
}

impl Live {
    pub(super) fn see(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunBegan { plan, .. } => self.plan = Some(plan.as_ref().clone()),
            EventKind::Paged { .. } => self.paged_s = Some(event.at_s),
            EventKind::Traffic { probe, window } if self.is_main(probe) => {
                self.last = Some(window.clone());
                if self.paged_s.is_some() {
                    self.since_page.events.push(event.clone());
                    self.held_s = self.held_so_far_s();
                }
            }
            EventKind::Fault { step, state, .. } => drop(self.faults.insert(*step, *state)),
            EventKind::Interrupted => self.interrupted = true,
            EventKind::Said { said: Said::Finished } | EventKind::PhaseBegan { phase: Phase::Replay } => {
                self.finished = true;
            }
            EventKind::Gauge { probe, value, .. } if probe.ends_with("-waiting") => {
                self.waiting = Some(value.map_or(Waiting::Unreadable, Waiting::Requests));
            }
            _ => {}
        }
    }

    /// Whether a probe is the one that the page watches.
    pub(super) fn is_main(&self, probe: &str) -> bool {
        self.plan.as_ref().and_then(main).is_some_and(|condition| condition.probe() == Some(probe))
    }

    pub(super) fn was_paged(&self) -> bool {
        self.paged_s.is_some()
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
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
        plan.scenario.recoveries().next().map(|recovers| (recovers, plan))
    }

    /// For how long the goal has been met without a break, up to the hold's own length.
    fn held_so_far_s(&self) -> f64 {
        let Some((recovers, _)) = self.goal() else { return 0.0 };
        let (Some(last), Some(paged_s)) = (&self.last, self.paged_s) else { return 0.0 };
        let hold_s = recovers.when.lasting.0.as_secs_f64();
        let (_, operator, wanted) = recovers.when.measure();
        let mut so_far_s = 0.0;
        let mut from_s = last.from_s;
        while from_s >= paged_s && so_far_s < hold_s {
            let share = evaluate::share_between(&recovers.when, &self.since_page, from_s, last.to_s);
            if share.is_some_and(|(reading, _)| operator.holds(reading.value, wanted)) {
                so_far_s = last.to_s - from_s;
            }
            from_s -= 1.0;
        }
        if last.success().is_some_and(|share| share < 0.5) { 0.0 } else { so_far_s }
    }

    /// One line: how customers fare, how slow it is, who waits, how long it has been going on.
    pub(super) fn state(&self, at_s: f64) -> Option<String> {
        let (plan, last) = (self.plan.as_ref()?, self.last.as_ref()?);
        let condition = main(plan)?;
        let name = condition.probe()?;
        let (_, operator, threshold) = condition.measure();
        let share = last.success();
        let shown = format!("{:>6}", share.map_or_else(|| "-".into(), percent));
        let shown = match share {
            Some(share) if !operator.holds(share, threshold) => shown.green().to_string(),
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
                write!(text, "  held {:.0} s of {}", self.held_s.floor(), recovers.when.lasting)
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

/// The first condition of the page that is about customers.
fn main(plan: &Plan) -> Option<&Condition> {
    plan.scenario.page.when.iter().find(|condition| condition.probe().is_some())
}
