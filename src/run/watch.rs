//! What the loop knows of the customers, and what follows from it.
//!
//! **Invariant**: pure; it only decides what to do next. What the run came to is the judge's business, with the same evaluator.

mod due;
mod last_word;
mod patience;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    evaluate,
    event::{EventKind, Phase},
    plan::{Part, Plan},
    timeline::Timeline,
    units::Span,
};

/// Why there is nothing left to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Recovered, and held.
    Recovered,
    /// The person has answered, where an answer is all there is to give.
    Answered,
    /// The time to repair is over.
    TimeUp,
    /// The steps showed no symptom in time.
    NoSymptom,
}

/// What the loop knows.
pub(super) struct Watch<'a> {
    plan: &'a Plan,
    phase: Phase,
    pub(super) fault_s: Option<f64>,
    pub(super) replay_s: Option<f64>,
    first_injected_s: Option<f64>,
    last_injected_s: Option<f64>,
    /// Steps that were begun.
    pub(super) begun: BTreeSet<usize>,
    /// Steps that do not begin any more: what ends their repetition came before them.
    called_off: BTreeSet<usize>,
    /// When each step was in, and when it was out again.
    injected: BTreeMap<usize, f64>,
    ended: BTreeMap<usize, f64>,
    /// When each condition of the symptom was first seen.
    seen: BTreeMap<usize, f64>,
    pub(super) paged_s: Option<f64>,
    held: bool,
    answered_s: Option<f64>,
    finished_s: Option<f64>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            phase: Phase::Baseline,
            fault_s: None,
            replay_s: None,
            first_injected_s: None,
            last_injected_s: None,
            begun: BTreeSet::new(),
            called_off: BTreeSet::new(),
            injected: BTreeMap::new(),
            ended: BTreeMap::new(),
            seen: BTreeMap::new(),
            paged_s: None,
            held: false,
            answered_s: None,
            finished_s: None,
        }
    }

    /// From now on faults may be in.
    pub(super) fn begin_fault(&mut self, now_s: f64) {
        self.fault_s = Some(now_s);
        self.phase = Phase::Fault;
    }

    /// From now on the trigger is played again.
    pub(super) fn begin_replay(&mut self, now_s: f64) {
        self.replay_s = Some(now_s);
        self.phase = Phase::Replay;
        self.held = false;
    }

    /// Look at what is known now; what follows from it at once.
    pub(super) fn see(&mut self, timeline: &Timeline, now_s: f64) -> Vec<EventKind> {
        if self.fault_s.is_none() {
            return Vec::new();
        }
        if let Some(from_s) = self.first_injected_s {
            let symptom = self.plan.scenario.symptom.iter().flat_map(|symptom| &symptom.when).enumerate();
            for (index, condition) in symptom {
                if !self.seen.contains_key(&index) && evaluate::at(condition, timeline, from_s, now_s).is_yes() {
                    self.seen.insert(index, now_s);
                }
            }
        }
        let paged = if self.paged_s.is_none() { self.page(timeline, now_s) } else { None };
        if paged.is_some() {
            self.paged_s = Some(now_s);
        }
        self.end_repetitions(timeline, now_s);
        if let Some(paged) = paged {
            return vec![paged];
        }
        let Some(from_s) = self.goals_from_s() else { return Vec::new() };
        self.held = self.all_goals(timeline, from_s, now_s, false);
        self.phase_change(timeline, from_s, now_s).into_iter().collect()
    }

    /// The page, when its conditions are met: never before the first injection.
    fn page(&self, timeline: &Timeline, now_s: f64) -> Option<EventKind> {
        let page = &self.plan.scenario.page;
        let calm = self.plan.scenario.steps.is_empty() && self.plan.scenario.hands_in();
        let from_s = self.first_injected_s.or(self.fault_s.filter(|_| calm))?;
        let met: Vec<_> = page.when.iter().map(|condition| evaluate::at(condition, timeline, from_s, now_s)).collect();
        met.iter().all(evaluate::Met::is_yes).then(|| {
            let said = page.when.iter().zip(&met).filter_map(|(condition, met)| {
                Some(format!("{} at {}", condition.signal, condition.said(met.reading()?.value)))
            });
            let said: Vec<_> = said.collect();
            EventKind::Paged { sentence: format!("{:?} {} (alert: {})", page.severity, said.join(", "), page.when) }
        })
    }

    /// From when on a recovery counts; `None` while nothing is there to recover from.
    pub(super) fn goals_from_s(&self) -> Option<f64> {
        if let Some(replay_s) = self.replay_s {
            return self.trigger_end_s(replay_s);
        }
        if self.plan.injection.of(Part::Incident).next().is_none() {
            return self.fault_s;
        }
        if !self.every_timed_step_is_in() {
            return None;
        }
        Some(self.paged_s?.max(self.last_injected_s?))
    }

    fn all_goals(&self, timeline: &Timeline, from_s: f64, now_s: f64, at_once: bool) -> bool {
        let mut goals = self.plan.scenario.recoveries().peekable();
        goals.peek().is_some()
            && goals.all(|recovers| {
                let mut when = recovers.when.clone();
                if at_once {
                    when.lasting = Span::default();
                }
                evaluate::at(&when, timeline, from_s, now_s).is_yes()
            })
    }

    /// Recovery is when every goal is met at this moment; a relapse is the fault phase again.
    fn phase_change(&mut self, timeline: &Timeline, from_s: f64, now_s: f64) -> Option<EventKind> {
        let ill = if self.replay_s.is_some() { Phase::Replay } else { Phase::Fault };
        let phase = if self.all_goals(timeline, from_s, now_s, true) { Phase::Recovery } else { ill };
        let changed = phase != self.phase;
        self.phase = phase;
        changed.then_some(EventKind::PhaseBegan { phase })
    }

    /// Whether there is nothing left to wait for. `Recovered` with a replay still to come is no end: see [`Self::wants_replay`].
    pub(super) fn over(&self, now_s: f64) -> Option<Over> {
        if self.answer_is_over_s().is_some_and(|at_s| now_s >= at_s) {
            return Some(Over::Answered);
        }
        if self.goes_straight_to_its_trial() {
            return Some(Over::Recovered);
        }
        // What is going in would be dropped in the middle, and counts: it may undo what was held.
        if self.is_going_in() {
            return None;
        }
        if self.held {
            return Some(Over::Recovered);
        }
        (now_s >= self.deadline_s()?).then_some(if self.waits_for_page() { Over::NoSymptom } else { Over::TimeUp })
    }

    /// Whether the trigger is to be played again now.
    pub(super) fn wants_replay(&self) -> bool {
        self.replay_s.is_none() && self.plan.injection.of(Part::Replay).next().is_some()
    }
}
