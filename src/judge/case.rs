//! What all findings stand on: the moments of a run, read once.
//!
//! **Invariant**: a moment that was not seen is `None`, and whoever needs it says Unknown.

use std::collections::BTreeMap;

use crate::model::{
    condition::Condition,
    evaluate::{self, Met, Reading},
    event::{EventKind, FaultState, Phase},
    moments,
    plan::{Begin, Part, Plan, PlannedStep},
    scenario::{Recovers, Scenario},
    timeline::Timeline,
    verdict::{Finding, Truth},
};

/// A run before its judge.
pub(super) struct Case<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) timeline: &'a Timeline,
    pub(super) plan: Option<&'a Plan>,
    /// The end of the baseline; `None` when the run never got there.
    pub(super) fault_s: Option<f64>,
    /// `seq` and time at which each step was in, for the first time.
    pub(super) in_at: BTreeMap<usize, (u64, f64)>,
    /// Time at which each step was out again.
    pub(super) out_at: BTreeMap<usize, f64>,
    /// `seq` and time of the page.
    pub(super) paged: Option<(u64, f64)>,
    /// When the trigger was played again.
    pub(super) replay_s: Option<f64>,
    /// When the first fault was begun to be healed for good: what is measured from then on is the aftermath.
    pub(super) end_s: f64,
    /// When the heal was over, and the last measurement began.
    pub(super) aftermath_s: Option<f64>,
}

impl<'a> Case<'a> {
    pub(super) fn of(scenario: &'a Scenario, timeline: &'a Timeline) -> Self {
        let (mut in_at, mut out_at) = (BTreeMap::new(), BTreeMap::new());
        for event in &timeline.events {
            match event.kind {
                EventKind::Fault { step, state: FaultState::Injected, .. } => {
                    in_at.entry(step).or_insert((event.seq, event.at_s));
                }
                EventKind::Fault { step, state: FaultState::Healed, .. } => {
                    out_at.entry(step).or_insert(event.at_s);
                }
                _ => {}
            }
        }
        let last_s = timeline.events.last().map_or(0.0, |event| event.at_s);
        Self {
            scenario,
            timeline,
            plan: timeline.began().map(|(_, plan, _)| plan),
            fault_s: timeline.phase_s(Phase::Fault),
            in_at,
            out_at,
            paged: timeline.paged_s(),
            replay_s: timeline.phase_s(Phase::Replay),
            end_s: timeline.repaired_survey_s().unwrap_or(last_s),
            aftermath_s: timeline.phase_s(Phase::Aftermath),
        }
    }

    /// Whether the run was to have no fault at all, although its scenario has: the proof that a healthy system passes.
    pub(super) fn is_healthy_run(&self) -> bool {
        self.plan.is_some_and(|plan| plan.injection.of(self.blows()).next().is_none())
    }

    /// Run, seed, scenario, rehearsal.
    pub(super) fn identity(&self) -> (String, u64, String, bool) {
        self.timeline.began().map_or_else(Default::default, |(run, plan, rehearsal)| {
            (run.to_owned(), plan.injection.seed, plan.scenario_id.clone(), rehearsal)
        })
    }

    fn injections(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        let steps = self.plan.into_iter().flat_map(|plan| plan.injection.of(self.blows()));
        steps.filter_map(|(index, _)| self.in_at.get(&index).copied())
    }

    /// `seq` and time of the incident's first injection.
    pub(super) fn first_injected(&self) -> Option<(u64, f64)> {
        self.injections().min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Time of its last one.
    pub(super) fn last_injected_s(&self) -> Option<f64> {
        self.injections().map(|(_, at_s)| at_s).max_by(f64::total_cmp)
    }

    /// When a step of the scenario's file, counted from 0, was in for the first time.
    pub(super) fn step_in_s(&self, number: usize) -> Option<f64> {
        let steps = self.plan?.injection.of(Part::Incident).filter(|(_, step)| step.from_step == number);
        steps.filter_map(|(index, _)| self.in_at.get(&index).map(|(_, at_s)| *at_s)).min_by(f64::total_cmp)
    }

    /// Steps of the incident that the run should have put in and did not: from 1, as the file counts.
    pub(super) fn missing_steps(&self) -> Vec<usize> {
        let steps = self.plan.into_iter().flat_map(|plan| plan.injection.of(Part::Incident));
        let mut missing: Vec<_> = steps
            .filter(|(index, step)| !self.in_at.contains_key(index) && !self.was_called_off(*index, step))
            .map(|(_, step)| step.from_step + 1)
            .collect();
        missing.dedup();
        missing
    }

    /// Whether a step did not come because its repetition had ended before it.
    pub(super) fn was_called_off(&self, index: usize, step: &PlannedStep) -> bool {
        step.until.is_some() && matches!(step.begin, Begin::AtS(_)) && !self.in_at.contains_key(&index)
    }

    /// The moment from which recovery counts: somebody was woken, and every step that was to come had come.
    pub(super) fn recovery_from_s(&self) -> Option<f64> {
        if self.is_healthy_run() {
            return self.fault_s;
        }
        let (_, paged_s) = self.paged?;
        Some(self.last_injected_s().map_or(paged_s, |last_s| last_s.max(paged_s)))
    }

    /// When the replayed trigger was over: its last end, or its last injection where it has no end of its own.
    pub(super) fn trigger_end_s(&self) -> Option<f64> {
        let replay_s = self.replay_s?;
        let steps = self.plan?.injection.of(Part::Replay);
        let played = steps.filter(|(index, step)| !self.was_called_off(*index, step));
        let mut ends = played.map(|(index, step)| match step.lasts_s {
            Some(_) => self.out_at.get(&index).copied(),
            None => self.in_at.get(&index).map(|(_, at_s)| *at_s),
        });
        ends.try_fold(replay_s, |latest, end| Some(f64::max(latest, end?)))
    }

    /// The hold that stood: the first moment at which the goal was held and after which, to the end, it never was missed.
    pub(super) fn held(&self, condition: &Condition, from_s: f64, until_s: f64) -> Option<Reading> {
        let mut standing = None;
        for at_s in evaluate::moments(condition, self.timeline, from_s, until_s) {
            match evaluate::at(condition, self.timeline, from_s, at_s) {
                // The first hold counts: from then on customers were served, and each second after it only confirms.
                Met::Yes(reading) => standing = standing.or(Some(reading)),
                Met::No(_) => standing = None,
                // A last window cut short, or a reading that failed, says nothing against what is held.
                Met::Unknown(_) => {}
            }
        }
        standing
    }

    /// The hold of a recovery from the incident itself: up to the replay where there is one.
    pub(super) fn recovery(&self, recovers: &Recovers) -> Option<Reading> {
        if self.under_test().is_some() {
            return self.held(&recovers.when, self.trigger_end_s()?, self.end_s);
        }
        let until_s = self.replay_s.unwrap_or(self.end_s);
        self.held(&recovers.when, self.recovery_from_s()?, until_s)
    }

    /// When customers were served as before, by every expectation: start and end of the hold.
    pub(super) fn recovered(&self) -> Option<(f64, f64)> {
        let mut recoveries = self.scenario.recoveries().peekable();
        recoveries.peek()?;
        recoveries.try_fold((0.0, 0.0), |worst, recovers| {
            let held = self.recovery(recovers)?;
            let since_s = self.precise_s(recovers, held).map_or(held.since_s, |(_, good_s)| good_s);
            Some((f64::max(worst.0, since_s), f64::max(worst.1, held.until_s)))
        })
    }

    /// The repair to the single request: the last bad one, and the first of an unbroken run of good ones.
    pub(super) fn precise_s(&self, recovers: &Recovers, held: Reading) -> Option<(f64, f64)> {
        let probe = recovers.when.probe().filter(|_| recovers.when.bound().is_none())?;
        let windows: Vec<_> = self.timeline.windows(probe).map(|(_, window)| window).collect();
        let from_s = self.first_injected().map_or(0.0, |(_, at_s)| at_s);
        let (_, _, goal) = recovers.when.measure();
        moments::recovered(&windows, from_s, held.until_s, goal)
    }
}

/// A finding.
pub(super) fn finding(id: &str, truth: Truth, sentence: impl Into<String>, evidence: Vec<u64>) -> Finding {
    Finding { expectation: id.to_owned(), truth, sentence: sentence.into(), evidence }
}

/// First and last of many `seq`s.
pub(super) fn ends(seqs: &[u64]) -> Vec<u64> {
    let mut ends: Vec<_> = seqs.first().into_iter().chain(seqs.last()).copied().collect();
    ends.dedup();
    ends
}
