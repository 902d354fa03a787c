//! A scenario and the facts of a lab, made into a plan; or every reason why not.
//!
//! **Invariant**: pure; refusals are collected, never the first one only; the plan holds all that a run, a heal or a judge needs.

mod check;
mod expand;
mod overrides;
mod trial;

use crate::model::{
    facts::Facts,
    plan::{Injection, Plan},
    scenario::Scenario,
};

pub use check::{Doubt, lint};
pub use overrides::{Overrides, main_rate};

/// Every reason why this lab cannot play this scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons.join("\n"))]
pub struct Refusal {
    /// One sentence each; never empty.
    pub reasons: Vec<String>,
}

/// Compile a scenario against the facts.
pub fn compile(id: &str, scenario: &Scenario, facts: Facts, seed: u64, overrides: &Overrides) -> Result<Plan, Refusal> {
    let mut reasons: Vec<String> = lint(scenario).iter().map(ToString::to_string).collect();
    let (scenario, adjusted) = overrides.apply(scenario, &mut reasons);
    reasons.extend(check::lab(&scenario, &facts));
    let steps = expand::steps(&scenario, &facts, seed, id, overrides.healthy, &mut reasons);
    if !reasons.is_empty() {
        return Err(Refusal { reasons });
    }
    let injection = Injection { seed, before: facts, steps };
    let under_test = overrides.under_test.clone();
    Ok(Plan { scenario_id: id.to_owned(), scenario, injection, adjusted, under_test })
}
