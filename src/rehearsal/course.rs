//! The course of an incident that the lab in memory has no model of: its customers see what the scenario itself says of them.
//!
//! It shows how a run of this file goes, and whether its page, symptom, goals and repairs fit together. It says nothing about the
//! mechanism: what repairs is what the file calls a repair.
//!
//! **Invariant**: broken from the first blow until a repair was typed to its end, or until everything is as it was.

use crate::model::{
    condition::{Condition, Measure, Operator},
    expectation::Expectation,
    facts::Facts,
    op::Op,
    scenario::{Action, Scenario},
    units::Span,
};

/// How the incident of one scenario goes.
#[derive(Debug)]
pub(super) struct Course {
    /// So while it is broken.
    broken: Vec<Condition>,
    /// So while it is whole.
    whole: Vec<Condition>,
    fixes: Vec<Vec<Action>>,
    typed: Vec<Action>,
    /// Nothing strikes: the latent defect is all there is.
    latent: bool,
    outlives: bool,
    /// The lab as it was made, and as it is again when latent defects have been healed, too.
    untouched: Facts,
    /// The lab as it was when the customers came.
    begun: Option<Facts>,
    /// What a survey does not find: pods that were killed, records that were sent.
    unseen: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Whole,
    Struck,
    Repaired,
}

impl Course {
    /// Of a lab that is like this when nothing is wrong with it.
    pub(super) fn of(scenario: &Scenario, untouched: Facts) -> Self {
        let symptom = scenario.symptom.iter().flat_map(|symptom| symptom.when.iter());
        let broken: Vec<_> = scenario.page.when.iter().chain(symptom).cloned().collect();
        let goals = scenario.expect.iter().filter_map(|expected| match expected {
            Expectation::Recovers(recovers) => Some(&recovers.when),
            Expectation::Stays(stays) => Some(&stays.when),
            _ => None,
        });
        Self {
            broken,
            whole: scenario.bystanders.iter().chain(goals).cloned().collect(),
            fixes: scenario.fixes.iter().map(|fix| fix.actions.clone()).collect(),
            typed: Vec::new(),
            latent: scenario.steps.is_empty() && !scenario.given.is_empty(),
            outlives: scenario.symptom.as_ref().is_some_and(|symptom| symptom.outlives.is_some()),
            untouched,
            begun: None,
            unseen: 0,
            state: State::Whole,
        }
    }

    /// The customers come.
    pub(super) fn begin(&mut self, facts: &Facts) {
        self.begun = Some(facts.clone());
        if self.latent {
            self.strike();
        }
    }

    /// An op is obeyed.
    pub(super) fn see(&mut self, op: &Op) {
        if self.begun.is_none() {
            return;
        }
        match op {
            Op::Release { .. } | Op::EndJob { .. } | Op::RestoreTables { .. } => {}
            Op::RemoveRecords { .. } => self.unseen = self.unseen.saturating_sub(1),
            Op::SendRecord(_) | Op::DeletePod { .. } | Op::DeletePods { .. } | Op::KillBackends { .. } => {
                self.unseen += 1;
                self.strike();
            }
            _ => self.strike(),
        }
    }

    /// What was repaired stays so, also when it is struck once more.
    fn strike(&mut self) {
        if self.state == State::Whole {
            self.state = State::Struck;
        }
    }

    /// A person's command was obeyed.
    pub(super) fn hear(&mut self, action: &Action) {
        self.typed.push(action.clone());
        if self.fixes.iter().any(|fix| !fix.is_empty() && self.typed.ends_with(fix)) {
            self.state = State::Repaired;
        }
    }

    /// Whether customers suffer in a lab that is like this.
    pub(super) fn is_broken(&self, facts: &Facts, is_held: bool) -> bool {
        let shape = |facts: &Facts| Facts { pods: Vec::new(), ..facts.clone() };
        let is_like = |known: &Facts| shape(known) == shape(facts);
        let differs = !is_like(&self.untouched) && !self.begun.as_ref().is_some_and(is_like);
        self.state == State::Struck && (self.latent || self.outlives || is_held || differs || self.unseen > 0)
    }

    /// The share of a probe's requests that are answered as promised, within a bound if there is one.
    pub(super) fn share(&self, probe: &str, bound: Option<Span>, is_broken: bool) -> f64 {
        let asked = Measure::Share { probe, within: bound };
        self.value(&asked, is_broken).map_or(1.0, |value| value.clamp(0.0, 1.0))
    }

    /// The value of a gauge; zero when nothing is said about it.
    pub(super) fn gauge(&self, name: &str, is_broken: bool) -> f64 {
        self.value(&Measure::Gauge(name), is_broken).unwrap_or(0.0)
    }

    fn value(&self, asked: &Measure<'_>, is_broken: bool) -> Option<f64> {
        let about = |all: &[Condition]| -> Vec<(Operator, f64)> {
            let measures = all.iter().map(Condition::measure).filter(|(measure, ..)| measure == asked);
            measures.map(|(_, operator, value)| (operator, value)).collect()
        };
        let (bad, good) = (about(&self.broken), about(&self.whole));
        let wanted: Vec<(Operator, f64)> = match (is_broken, bad.is_empty()) {
            (true, false) => bad,
            // Of what the incident does not touch nothing changes.
            (true, true) => good,
            (false, _) => {
                good.into_iter().chain(bad.iter().map(|(operator, value)| (opposite(*operator), *value))).collect()
            }
        };
        fit(&wanted)
    }
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::AtLeast,
        Operator::AtMost => Operator::More,
        Operator::More => Operator::AtMost,
        Operator::AtLeast | Operator::Equal => Operator::Less,
    }
}

/// A value that satisfies all of these, if there is one; well inside, where there is room.
fn fit(wanted: &[(Operator, f64)]) -> Option<f64> {
    if let Some((_, value)) = wanted.iter().find(|(operator, _)| *operator == Operator::Equal) {
        return Some(*value);
    }
    let bounds = |upper: bool| wanted.iter().filter(move |(operator, _)| operator.is_upper() == upper);
    let most = bounds(true).map(|(_, value)| *value).min_by(f64::total_cmp);
    let least = bounds(false).map(|(_, value)| *value).max_by(f64::total_cmp);
    match (least, most) {
        (None, None) => None,
        // Low enough that a share of a few requests a second is not rounded up to it.
        (None, Some(most)) => Some(most / 4.0),
        // A share has no room above 1, and clamps.
        (Some(least), None) => Some(if least > 0.0 { least * 1.5 } else { 1.0 }),
        (Some(least), Some(most)) => Some(f64::midpoint(least, most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_satisfies_what_is_said_of_it() {
        for operator in [Operator::Less, Operator::AtMost, Operator::More, Operator::AtLeast, Operator::Equal] {
            for bound in [0.05, 0.95, 20.0] {
                let value = fit(&[(operator, bound)]).unwrap();
                assert!(operator.holds(value, bound), "{operator:?} {bound}: {value}");
            }
        }
        assert_eq!(fit(&[(Operator::More, 0.0)]), Some(1.0));
        assert_eq!(fit(&[(Operator::AtLeast, 0.2), (Operator::Less, 0.8)]), Some(0.5));
        assert_eq!(fit(&[]), None);
    }
}
