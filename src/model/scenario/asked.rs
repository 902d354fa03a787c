//! What everybody asks of a scenario.
//!
//! **Invariant**: answers come from the file alone.

use std::collections::BTreeMap;

use super::{Expectation, Recovers, Scenario};
use crate::model::{condition::Condition, holds::Holds, ledger::LedgerName, units::Span};

impl Scenario {
    /// Every condition, with the field it stands in.
    pub fn conditions(&self) -> Vec<(String, &Condition)> {
        let mut all: Vec<(String, &Condition)> = Vec::new();
        all.extend(self.page.when.iter().map(|one| ("page.when".to_owned(), one)));
        all.extend(self.symptom.iter().flat_map(|symptom| &symptom.when).map(|one| ("symptom.when".to_owned(), one)));
        all.extend(self.bystanders.iter().map(|one| ("bystanders".to_owned(), one)));
        for (field, steps) in [("steps", &self.steps), ("then", &self.then)] {
            for (index, step) in steps.iter().enumerate() {
                let of_step = step.when.iter().flatten().map(|one| (format!("{field}[{}].when", index + 1), one));
                all.extend(of_step);
                let until = step.until.iter().flatten();
                all.extend(until.map(|one| (format!("{field}[{}].until", index + 1), one)));
                let repeat_until = step.repeat_until().into_iter().flatten();
                all.extend(repeat_until.map(|one| (format!("{field}[{}].repeat.until", index + 1), one)));
            }
        }
        all.extend(self.expect.iter().filter_map(|expected| {
            let condition = match expected {
                Expectation::Recovers(recovers) => &recovers.when,
                Expectation::Stays(stays) => &stays.when,
                _ => return None,
            };
            Some((format!("expect.{}", expected.id()), condition))
        }));
        let hints = self.hints.iter().enumerate();
        all.extend(hints.flat_map(|(index, hint)| {
            hint.when.iter().flatten().map(move |one| (format!("hints[{}].while", index + 1), one))
        }));
        all
    }

    /// Forget what neither a run nor its verdict needs, and a person could read the answer in.
    pub fn forget_answers(&mut self) {
        self.fixes.clear();
        self.seen_in_production.clear();
        self.cheats.iter_mut().for_each(|cheat| cheat.actions.clear());
    }

    /// Each expectation of recovery.
    pub fn recoveries(&self) -> impl Iterator<Item = &Recovers> {
        self.expect.iter().filter_map(|expectation| match expectation {
            Expectation::Recovers(recovers) => Some(recovers),
            _ => None,
        })
    }

    /// The books that are to be whole, each once.
    pub fn ledgers(&self) -> Vec<LedgerName> {
        let mut ledgers: Vec<_> = self
            .expect
            .iter()
            .filter_map(|expectation| match expectation {
                Expectation::Books(ledger) => Some(*ledger),
                _ => None,
            })
            .collect();
        ledgers.sort();
        ledgers.dedup();
        ledgers
    }

    /// The statements about databases that are to hold.
    pub fn statements(&self) -> Vec<Holds> {
        let holds = self.expect.iter().filter_map(|expectation| match expectation {
            Expectation::Holds(holds) => Some(holds.clone()),
            _ => None,
        });
        holds.collect()
    }

    /// Whether only the person's answer ends the run: there is nothing to repair.
    pub fn hands_in(&self) -> bool {
        self.recoveries().next().is_none()
    }

    /// The bounds of latency that each kind of customers must count.
    pub fn bounds(&self) -> BTreeMap<String, Vec<Span>> {
        let mut bounds: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for (_, condition) in self.conditions() {
            if let (Some(probe), Some(bound)) = (condition.probe(), condition.bound()) {
                let of_probe = bounds.entry(probe.to_owned()).or_default();
                if !of_probe.contains(&bound) {
                    of_probe.push(bound);
                }
            }
        }
        bounds
    }
}
