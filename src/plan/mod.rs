//! A scenario and the facts of a lab, made into a plan; or every reason why not.
//!
//! **Invariant**: pure; refusals are collected, never the first one only; the plan holds all that a run, a heal or a judge needs.

mod adjust;
mod check;

use crate::{
    faults::{self, Ground},
    model::{
        facts::Facts,
        plan::{Injection, Plan, PlannedStep},
        scenario::Scenario,
    },
};

pub use adjust::Wishes;

/// Every reason why this lab cannot play this scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons.join("\n"))]
pub struct Refusal {
    /// One sentence each; never empty.
    pub reasons: Vec<String>,
}

/// Compile a scenario against the facts.
pub fn compile(id: &str, scenario: &Scenario, facts: Facts, seed: u64, wishes: &Wishes) -> Result<Plan, Refusal> {
    let mut reasons = check::scenario(scenario);
    let (scenario, adjusted) = adjust::adjust(scenario, wishes, &mut reasons);
    reasons.extend(check::lab(&scenario, &facts));
    let mut steps = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        match faults::recipe(&step.fault, &Ground::new(&facts, seed, id, index)) {
            Ok(recipe) => steps.push(PlannedStep { at_s: step.at.0.as_secs_f64(), fault: step.fault.clone(), recipe }),
            Err(refused) => reasons.extend(
                refused.into_iter().map(|reason| format!("step {} ({}): {reason}", index + 1, step.fault.key())),
            ),
        }
    }
    if !reasons.is_empty() {
        return Err(Refusal { reasons });
    }
    steps.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    Ok(Plan { scenario_id: id.to_owned(), scenario, injection: Injection { seed, before: facts, steps }, adjusted })
}
