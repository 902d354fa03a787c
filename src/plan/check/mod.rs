//! What a scenario says that cannot be meant, though each field for itself is well-formed.
//!
//! **Invariant**: every complaint at once, each naming the field and what it would take; `droplab lint` and `compile` ask the same.

mod frame;
mod repairs;
mod signals;

use std::fmt;

use crate::model::{
    facts::Facts,
    scenario::{Expectation, Scenario},
};

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The field, as a path: `expect.recovers`, `steps[2].for`.
    pub field: String,
    /// What is wrong, and what was expected.
    pub what: String,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
}

/// Complaints, as they are found.
#[derive(Default)]
struct Doubts(Vec<Doubt>);

impl Doubts {
    fn say(&mut self, field: impl Into<String>, what: impl Into<String>) {
        self.0.push(Doubt { field: field.into(), what: what.into() });
    }

    fn refuse(&mut self, wrong: bool, field: &str, what: &str) {
        if wrong {
            self.say(field, what);
        }
    }
}

/// What cannot be meant, whatever the lab.
pub fn lint(scenario: &Scenario) -> Vec<Doubt> {
    let mut doubts = Doubts::default();
    frame::check(scenario, &mut doubts);
    signals::check(scenario, &mut doubts);
    repairs::check(scenario, &mut doubts);
    doubts.0
}

/// What this lab lacks for it.
pub(super) fn lab(scenario: &Scenario, facts: &Facts) -> Vec<String> {
    let keeps = scenario.expect.iter().filter_map(|expectation| match expectation {
        Expectation::Keeps(keeps) => Some(keeps),
        _ => None,
    });
    let missing = keeps.filter(|keeps| !keeps.is_known(facts));
    missing.map(|keeps| format!("expect.keeps: the survey of this lab found no {keeps}")).collect()
}
