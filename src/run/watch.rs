//! What the loop knows of the customers, and what follows from it.
//!
//! **Invariant**: pure; it only decides what to do next. What the run came to is the judge's business.

use std::time::Duration;

use super::limits;
use crate::model::{
    event::{EventKind, Phase},
    plan::Plan,
    scenario::{Expectation, Recovers},
    steady::percent,
    streak::{BelowStreak, HoldStreak},
    window::Window,
};

/// Why there is nothing left to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Recovered, and held.
    Held,
    /// The time to repair is over.
    TimeUp,
    /// The fault showed no symptom in time.
    NoBite,
}

/// One expectation of recovery, as it stands.
struct Goal<'a> {
    recovers: &'a Recovers,
    streak: HoldStreak,
    held: bool,
}

/// What the loop knows.
pub(super) struct Watch<'a> {
    plan: &'a Plan,
    page: BelowStreak,
    goals: Vec<Goal<'a>>,
    phase: Phase,
    pub(super) turbulence_s: Option<f64>,
    pub(super) injected_s: Option<f64>,
    bit_s: Option<f64>,
    pub(super) paged_s: Option<f64>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let page = &plan.scenario.page;
        let goals = plan.scenario.expect.iter().filter_map(|expectation| match expectation {
            Expectation::Recovers(recovers) => {
                Some(Goal { recovers, streak: HoldStreak::new(recovers, page), held: false })
            }
            _ => None,
        });
        Self {
            plan,
            page: BelowStreak::new(&page.when),
            goals: goals.collect(),
            phase: Phase::Baseline,
            turbulence_s: None,
            injected_s: None,
            bit_s: None,
            paged_s: None,
        }
    }

    /// From now on faults may be in.
    pub(super) fn begin_turbulence(&mut self, now_s: f64) {
        self.turbulence_s = Some(now_s);
        self.phase = Phase::Turbulence;
    }

    /// Take what the sensor saw; what follows from it at once.
    pub(super) fn see(&mut self, seen: &EventKind, now_s: f64) -> Vec<EventKind> {
        let (EventKind::Traffic { probe, window }, Some(turbulence_s)) = (seen, self.turbulence_s) else {
            return Vec::new();
        };
        let scenario = &self.plan.scenario;
        if self.injected_s.is_some() && *probe == scenario.bites.probe && self.bit_s.is_none() {
            let bit = window.success().is_some_and(|success| success < scenario.bites.below.0);
            self.bit_s = bit.then_some(window.to_s);
        }
        if *probe == scenario.page.when.probe
            && self.paged_s.is_none()
            && let Some(held) = self.page.feed(window)
        {
            self.paged_s = Some(now_s);
            let (below, severity, share) = (&scenario.page.when, scenario.page.severity, percent(held.share));
            let sentence = format!("{severity:?} {probe} {share} for {} (alert below {})", below.lasting, below.below);
            // The seconds that led to the page are no part of any recovery.
            return vec![EventKind::Paged { sentence }];
        }
        let healthy_run = self.plan.injection.steps.is_empty() && window.from_s >= turbulence_s;
        if self.paged_s.is_none() && !healthy_run {
            return Vec::new();
        }
        self.hold(probe, window);
        self.phase_change().into_iter().collect()
    }

    fn hold(&mut self, probe: &str, window: &Window) {
        for goal in self.goals.iter_mut().filter(|goal| goal.recovers.probe == probe) {
            goal.held = goal.streak.feed(window).is_some();
        }
    }

    /// Recovery is when every goal is being held; a relapse is turbulence again.
    fn phase_change(&mut self) -> Option<EventKind> {
        let holding = self.goals.iter().all(|goal| goal.streak.so_far_s() > 0.0);
        let phase = if holding { Phase::Recovery } else { Phase::Turbulence };
        let changed = phase != self.phase;
        self.phase = phase;
        changed.then_some(EventKind::PhaseBegan { phase })
    }

    /// Whether there is nothing left to wait for.
    pub(super) fn over(&self, now_s: f64) -> Option<Over> {
        if self.goals.iter().all(|goal| goal.held) {
            return Some(Over::Held);
        }
        (now_s >= self.deadline_s()?).then_some(if self.waits_for_bite() { Over::NoBite } else { Over::TimeUp })
    }

    /// From when on a repair of ours proves something: somebody was woken, and the fault has had its whole effect.
    pub(super) fn repairable_s(&self) -> Option<f64> {
        Some(self.paged_s?.max(self.bit_s?))
    }

    fn waits_for_bite(&self) -> bool {
        self.paged_s.is_none() && !self.plan.injection.steps.is_empty()
    }

    /// When waiting ends, as far as is known now.
    pub(super) fn deadline_s(&self) -> Option<f64> {
        let scenario = &self.plan.scenario;
        let late_s = (scenario.load.timeout.0 + limits::LATE_WINDOW).as_secs_f64();
        if self.waits_for_bite() {
            let within = scenario.bites.within.0 + scenario.page.when.lasting.0;
            return Some(self.injected_s? + within.as_secs_f64() + late_s);
        }
        let from_s = self.paged_s.or(self.turbulence_s)?;
        let slowest = self.goals.iter().map(|goal| goal.recovers.within.0).max().unwrap_or(Duration::ZERO);
        // A hold window that began in time may end late.
        let holding = self.phase == Phase::Recovery;
        let hold = self.goals.iter().map(|goal| goal.recovers.hold.0).max().unwrap_or(Duration::ZERO);
        Some(from_s + slowest.as_secs_f64() + late_s + if holding { hold.as_secs_f64() } else { 0.0 })
    }
}
