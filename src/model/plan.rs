//! A compiled scenario: everything a run needs, and everything a later process needs to heal and to judge it.
//!
//! **Invariant**: pure data; the same scenario, facts and seed give the same plan. Ways back need no output of inject.

use serde::{Deserialize, Serialize};

use super::{
    facts::Facts,
    fault::FaultSpec,
    op::{Op, Recipe},
    scenario::Scenario,
};

/// What a run will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The scenario's id: its file's name.
    pub scenario_id: String,
    /// The scenario as it was read.
    pub scenario: Scenario,
    /// What is done to the lab, and its way back.
    #[serde(flatten)]
    pub injection: Injection,
    /// Where the person asked for something else than the file says, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjusted: Vec<String>,
}

/// What is done to a lab, and its way back: by a scenario, or by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Injection {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// The lab as it was when this was made.
    pub before: Facts,
    /// In order of time.
    pub steps: Vec<PlannedStep>,
}

/// A step with its recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Seconds after the baseline phase is over.
    pub at_s: f64,
    /// What the scenario asked for.
    pub fault: FaultSpec,
    /// How it is done and undone.
    pub recipe: Recipe,
}

impl Injection {
    /// Every op that breaks something.
    pub fn blows(&self) -> impl Iterator<Item = &Op> {
        self.steps.iter().flat_map(|step| &step.recipe.inject)
    }
}
