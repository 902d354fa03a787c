//! What a run will do, before it does it.
//!
//! **Invariant**: a plan is self-contained: run, heal and judge need no other file.

use serde::{Deserialize, Serialize};

use super::{facts::Facts, fault::FaultSpec, op::Recipe, scenario::Scenario};

/// A scenario compiled against the facts of one lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Which scenario, by id (its file's name).
    pub scenario_id: String,
    /// The scenario itself.
    pub scenario: Scenario,
    /// Decides everything that is drawn.
    pub seed: u64,
    /// The lab as it was when the plan was made.
    pub before: Facts,
    /// In order of time.
    pub steps: Vec<PlannedStep>,
    /// Where the person asked for something else than the file says, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjusted: Vec<String>,
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
