//! One thing that breaks: when, for how long, how often, and what.
//!
//! Borrowed from the steps of GitHub Actions: a list, and one key of each says what is done.
//!
//! **Invariant**: a step begins at a time or on a condition, never both.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    condition::Condition,
    conditions::Conditions,
    fault::FaultSpec,
    units::{Span, whole},
};

/// One thing that breaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "a step such as `{ at: 5s, fault: … }`")]
pub struct Step {
    /// Begins so long after the baseline (of a replay: after the hold).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// Begins as soon as this is so, after the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Conditions>,
    /// Is taken out after so long; at the end of the run when left out.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasting: Option<Span>,
    /// Is taken out sooner, as soon as this is so after the page: a trigger that goes on until it does no harm any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Conditions>,
    /// Again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// What is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultSpec>,
    /// One of these is done, drawn by the run's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// By chance, by the run's seed; each repetition draws anew.
    Random(Vec<FaultSpec>),
}

/// Again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ every: 10s, times: 3 }`")]
pub struct Repeat {
    /// From one beginning to the next.
    pub every: Span,
    /// How often at most, the first time counted.
    #[serde(deserialize_with = "whole")]
    pub times: u32,
    /// No more from the moment at which this is so; `page` is: from the page on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// What ends a repetition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The page.
    Page,
    /// A condition.
    When(Conditions),
}

/// What a step does: one thing, or one of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<'a> {
    /// This.
    Fault(&'a FaultSpec),
    /// One of these.
    Random(&'a [FaultSpec]),
}

impl Step {
    /// What it does; `None` when it says nothing or two things.
    pub fn what(&self) -> Option<What<'_>> {
        match (&self.fault, &self.pick) {
            (Some(fault), None) => Some(What::Fault(fault)),
            (None, Some(Pick::Random(choices))) if !choices.is_empty() => Some(What::Random(choices)),
            _ => None,
        }
    }

    /// Everything that it may do.
    pub fn faults(&self) -> &[FaultSpec] {
        match self.what() {
            Some(What::Fault(fault)) => std::slice::from_ref(fault),
            Some(What::Random(choices)) => choices,
            None => &[],
        }
    }

    /// The condition that ends its repetition.
    pub fn repeat_until(&self) -> Option<impl Iterator<Item = &Condition>> {
        match self.repeat.as_ref()?.until.as_ref()? {
            Until::When(conditions) => Some(conditions.iter()),
            Until::Page => None,
        }
    }
}
