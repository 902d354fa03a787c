//! A compiled scenario: everything a run needs, and everything a later process needs to heal and to judge it.
//!
//! **Invariant**: pure data; the same scenario, facts and seed give the same plan. Ways back need no output of inject.

use serde::{Deserialize, Serialize};

use super::{
    conditions::Conditions,
    facts::Facts,
    fault::FaultSpec,
    op::{Op, Recipe},
    scenario::Scenario,
    step::Until,
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
    /// Whose image is examined, where that is what the run is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_test: Option<UnderTest>,
}

/// A service under test: somebody's own image in the place of a service of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderTest {
    /// The service: its deployment, which is also the container's name.
    pub service: String,
    /// The image as it was named.
    pub image: String,
    /// The tag by which the nodes hold it.
    pub version: String,
}

/// What is done to a lab, and its way back: by a scenario, or by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Injection {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// The lab as it was when this was made.
    pub before: Facts,
    /// Latent defects first, then the steps in order of time, then the replay.
    pub steps: Vec<PlannedStep>,
}

/// Which part of a run a step belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// In before the customers come.
    Given,
    /// The incident itself.
    #[default]
    Incident,
    /// The trigger again, after recovery.
    Replay,
}

/// When a step begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// Seconds after its part of the run began.
    AtS(f64),
    /// As soon as this is so.
    When(Conditions),
}

/// A step with its recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Which part of the run it belongs to.
    #[serde(default)]
    pub part: Part,
    /// When it begins.
    pub begin: Begin,
    /// Seconds until it is taken out; `None` is: at the end of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_s: Option<f64>,
    /// What takes it out sooner, once the page has gone out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_when: Option<Conditions>,
    /// From when on it does not begin any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// The step of the scenario's file that it comes from, from 0: repetitions share one.
    #[serde(default)]
    pub from_step: usize,
    /// What the scenario asked for.
    pub fault: FaultSpec,
    /// How it is done and undone.
    pub recipe: Recipe,
}

impl PlannedStep {
    /// A fault of the incident that begins at a time and stays.
    pub fn at(at_s: f64, fault: FaultSpec, recipe: Recipe) -> Self {
        let (part, begin) = (Part::Incident, Begin::AtS(at_s));
        Self { part, begin, lasts_s: None, ends_when: None, until: None, from_step: 0, fault, recipe }
    }
}

impl Injection {
    /// Every op that breaks something.
    pub fn blows(&self) -> impl Iterator<Item = &Op> {
        self.steps.iter().flat_map(|step| &step.recipe.inject)
    }

    /// Steps of one part, with their indices.
    pub fn of(&self, part: Part) -> impl Iterator<Item = (usize, &PlannedStep)> {
        self.steps.iter().enumerate().filter(move |(_, step)| step.part == part)
    }
}
