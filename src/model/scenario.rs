//! A scenario file: one incident, as its author writes it.
//!
//! **Invariant**: unknown fields are refused everywhere; the id is the file's name and stands nowhere inside.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use super::{
    bite::{Bite, GaugeBite, Spares},
    customers::{Load, RequestKind},
    expectation::{Expectation, Keeps, LosesNothing, Recovers},
};
use super::{
    fault::FaultSpec,
    units::{Share, Span},
};

/// The one version of the format there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Api {
    /// `droplab/v1`
    #[serde(rename = "droplab/v1")]
    V1,
}

/// Text in the languages droplab speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

/// An incident: how it starts, how it is seen, when it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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
    pub level: u8,
    /// The customers.
    pub load: Load,
    /// When the person on call is woken.
    pub page: Page,
    /// What breaks, and when.
    pub steps: Vec<Step>,
    /// The symptom that proves that the fault took effect.
    pub bites: Bite,
    /// What must hold for a pass.
    pub expect: Vec<Expectation>,
    /// The truth about the cause, from a closed vocabulary.
    pub diagnosis: Diagnosis,
    /// From "where to look" to the method.
    #[serde(default)]
    pub hints: Vec<Text>,
    /// The reference repair.
    pub fix: Vec<Action>,
    /// Repairs that only look like one, each of which must fail.
    #[serde(default)]
    pub cheats: Vec<Cheat>,
}

/// A threshold on a probe that must be crossed for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Below {
    /// Name of the probe.
    pub probe: String,
    /// Under this share of success.
    pub below: Share,
    /// For at least this long.
    #[serde(rename = "for")]
    pub lasting: Span,
}

/// When the person on call is woken, and how loudly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// The alert's condition.
    pub when: Below,
    /// `P1` … `P4`.
    pub severity: Severity,
}

/// How urgent a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the whole meaning")]
pub enum Severity {
    P1,
    P2,
    P3,
    P4,
}

/// One thing that breaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// After the end of the baseline.
    pub at: Span,
    /// What.
    pub fault: FaultSpec,
}

/// The truth about the cause, from a closed vocabulary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Diagnosis {
    /// Which part.
    pub component: String,
    /// What happened in it.
    pub mechanism: String,
    /// What set it off.
    pub trigger: String,
    /// What made it possible or worse.
    pub factors: Vec<String>,
}

/// One thing that a person types, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Arguments of kubectl, split as a shell splits words.
    Kubectl(String),
    /// A statement for the PostgreSQL primary, as superuser.
    Psql(String),
}

/// A repair that only looks like one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cheat {
    /// In kebab-case.
    pub name: String,
    /// A cheat hides the symptom; a trap works in a lab and is an outage in production.
    #[serde(default)]
    pub trap: bool,
    /// Why it is none, or what it would do in production.
    pub why: Text,
    /// What is typed.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// What brings the lab back afterwards (for conformance runs, which play one cheat after the other).
    #[serde(default)]
    pub undo: Vec<Action>,
    /// Keys of the expectations of which at least one must fail: `recovers`, `loses-nothing`, `keeps`.
    pub fails: Vec<String>,
    /// Which of the things to be kept it is recognised by: the verdict then names it.
    #[serde(default)]
    pub seen_by: Vec<Keeps>,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kubectl(arguments) => write!(f, "kubectl {arguments}"),
            Self::Psql(statement) => write!(f, "psql -c \"{statement}\""),
        }
    }
}
