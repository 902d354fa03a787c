//! What all findings stand on: the moments of a run, read once.
//!
//! **Invariant**: a moment that was not seen is `None`, and whoever needs it says Unknown.

use crate::model::{
    event::{FaultState, Phase},
    plan::Plan,
    scenario::{Expectation, Recovers, Scenario},
    streak::{Held, HoldStreak},
    timeline::Timeline,
    verdict::{Finding, Times, Truth},
};

/// A run before its judge.
pub(super) struct Case<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) timeline: &'a Timeline,
    pub(super) plan: Option<&'a Plan>,
    /// The end of the baseline; `None` when the run never got there.
    pub(super) turbulence_s: Option<f64>,
    /// `seq` and time at which the first fault was in.
    pub(super) injected: Option<(u64, f64)>,
    /// `seq` and end of the first second with the symptom.
    pub(super) bit: Option<(u64, f64)>,
    /// `seq` and time of the page.
    pub(super) paged: Option<(u64, f64)>,
}

impl<'a> Case<'a> {
    pub(super) fn of(scenario: &'a Scenario, timeline: &'a Timeline) -> Self {
        let injected = timeline.fault_s(FaultState::Injected);
        let bites = &scenario.bites;
        let bit = injected.and_then(|(_, injected_s)| {
            timeline
                .windows(&bites.probe)
                .filter(|(_, window)| window.to_s >= injected_s)
                .find(|(_, window)| window.success().is_some_and(|success| success < bites.below.0))
                .map(|(seq, window)| (seq, window.to_s))
        });
        Self {
            scenario,
            timeline,
            plan: timeline.began().map(|(_, plan, _)| plan),
            turbulence_s: timeline.phase_s(Phase::Turbulence),
            injected,
            bit,
            paged: timeline.paged_s(),
        }
    }

    /// Whether the run was to have no fault at all: the proof that a healthy system passes.
    pub(super) fn is_healthy_run(&self) -> bool {
        self.plan.is_some_and(|plan| plan.injection.steps.is_empty())
    }

    /// Run, seed, scenario, rehearsal.
    pub(super) fn identity(&self) -> (String, u64, String, bool) {
        self.timeline.began().map_or_else(Default::default, |(run, plan, rehearsal)| {
            (run.to_owned(), plan.injection.seed, plan.scenario_id.clone(), rehearsal)
        })
    }

    /// The moment from which recovery counts.
    pub(super) fn recovery_from_s(&self) -> Option<f64> {
        if self.is_healthy_run() { self.turbulence_s } else { self.paged.map(|(_, at_s)| at_s) }
    }

    /// The hold window that stood to the run's end, with the `seq` of its last second.
    pub(super) fn held(&self, recovers: &Recovers) -> Option<(u64, Held)> {
        let from_s = self.recovery_from_s()?;
        let from_s = self.bit.map_or(from_s, |(_, bit_s)| bit_s.min(from_s));
        let mut streak = HoldStreak::new(recovers, &self.scenario.page);
        let mut standing = None;
        for (seq, window) in self.timeline.windows(&recovers.probe).filter(|(_, window)| window.from_s >= from_s) {
            match streak.feed(window) {
                // The first hold counts: from then on customers were served, and each second after it only confirms.
                Some(held) => standing = standing.or(Some((seq, held))),
                None if streak.is_relapse(window) => standing = None,
                None => {}
            }
        }
        standing
    }

    /// Each expectation of recovery.
    pub(super) fn recoveries(&self) -> impl Iterator<Item = &'a Recovers> {
        self.scenario.expect.iter().filter_map(|expectation| match expectation {
            Expectation::Recovers(recovers) => Some(recovers),
            _ => None,
        })
    }

    /// When customers were served as before, by every expectation: start and end of the hold.
    pub(super) fn recovered(&self) -> Option<(f64, f64)> {
        self.recoveries().try_fold((0.0, 0.0), |worst, recovers| {
            let (_, held) = self.held(recovers)?;
            Some((f64::max(worst.0, held.since_s), f64::max(worst.1, held.until_s)))
        })
    }

    pub(super) fn times(&self) -> Times {
        let second = |moment: Option<(u64, f64)>| moment.map(|(_, at_s)| at_s);
        let recovered = self.recovered();
        Times {
            injected_s: second(self.injected),
            bit_s: second(self.bit),
            paged_s: second(self.paged),
            repaired_s: recovered.map(|(since_s, _)| since_s),
            recovered_s: recovered.map(|(_, until_s)| until_s),
        }
    }
}

/// A finding.
pub(super) fn finding(expectation: &str, truth: Truth, sentence: impl Into<String>, evidence: Vec<u64>) -> Finding {
    Finding { expectation: expectation.to_owned(), truth, sentence: sentence.into(), evidence }
}

/// The first and the last of a row of evidence: enough to look it up.
pub(super) fn ends(seqs: &[u64]) -> Vec<u64> {
    match seqs {
        [] => Vec::new(),
        [one] => vec![*one],
        [first, .., last] => vec![*first, *last],
    }
}
