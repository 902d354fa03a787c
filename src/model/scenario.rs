//! A scenario file: one incident, as its author writes it. docs/scenarios.md says from where each construct is borrowed.
//!
//! **Invariant**: unknown fields are refused everywhere; the id is the file's name and stands nowhere inside.

mod asked;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    condition::Condition,
    fault::FaultSpec,
    units::{Span, whole},
};
pub use super::{
    conditions::Conditions,
    customers::Load,
    diagnosis::{Answer, Diagnosis},
    expectation::{Expectation, Recovers, Since, Stays},
    gauge::Gauge,
    hint::Hint,
    holds::Holds,
    keeps::Keeps,
    ledger::LedgerName,
    needs::{Needs, Theme},
    repair::{Action, Cheat, Fix},
    score::Weights,
    step::{Repeat, Step, What},
    text::Text,
};

/// The one version of the format there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "`droplab/v1`")]
pub enum Api {
    /// `droplab/v1`
    #[serde(rename = "droplab/v1")]
    V1,
}

/// An incident: how it starts, how it is seen, when it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "a scenario: `api`, `title` and the other fields")]
pub struct Scenario {
    /// Version of this format.
    pub api: Api,
    /// One line.
    pub title: Text,
    /// What the person on call sees; never the cause.
    pub story: Text,
    /// A public incident with the same mechanism, and what of it was verified.
    pub seen_in_production: String,
    /// 1 (one cause, one hop) to 5 (data to be reconciled, an hour).
    #[serde(deserialize_with = "whole")]
    pub level: u8,
    /// What it is about, as `droplab list` groups it; never the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// How long a practised engineer takes from the page to the recovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub par: Option<Span>,
    /// What a host must have for it.
    #[serde(default, skip_serializing_if = "Needs::is_empty")]
    pub needs: Needs,
    /// The customers.
    pub load: Load,
    /// Numbers that conditions may name, and how each is read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gauges: BTreeMap<String, Gauge>,
    /// When the person on call is woken.
    pub page: Page,
    /// Latent defects, there before the customers come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<FaultSpec>,
    /// What breaks, and when; nothing, where nothing is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What proves that the steps took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symptom: Option<Symptom>,
    /// What the steps were not meant to hurt, from the first injection to the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bystanders: Vec<Condition>,
    /// What must hold for a pass.
    pub expect: Vec<Expectation>,
    /// The trigger played again after recovery: every goal must hold again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Step>,
    /// The truth about the cause, from the closed vocabulary.
    pub diagnosis: Diagnosis,
    /// Points for each dimension of the score, a hundred in all.
    #[serde(default, skip_serializing_if = "Weights::is_default")]
    pub weights: Weights,
    /// From "where to look" to the method.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Repairs that must pass; the first one is the reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// Repairs that only look like one, each of which must fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cheats: Vec<Cheat>,
}

/// When the person on call is woken, and how loudly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ when: CONDITION, severity: P1 }`")]
pub struct Page {
    /// The alert's condition; it is looked at from the first injection on.
    pub when: Conditions,
    /// `P1` … `P4`.
    pub severity: Severity,
}

/// How urgent a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(expecting = "`P1`, `P2`, `P3` or `P4`")]
#[expect(missing_docs, reason = "the names are the whole meaning")]
pub enum Severity {
    P1,
    P2,
    P3,
    P4,
}

/// What proves that the steps took effect; without it the run is the lab's error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ when: CONDITION, within: 10s }`")]
pub struct Symptom {
    /// Each must be seen at least once.
    pub when: Conditions,
    /// Counted from the first injection.
    pub within: Span,
    /// For so long after every step has ended by itself, each must still be so: an outage that outlives its trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlives: Option<Span>,
}
