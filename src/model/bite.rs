//! The proof that a fault took effect, as a scenario asks for it.
//!
//! **Invariant**: seen from outside: success, gauges, a bystander; never that an op was performed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::units::{Share, Span};

/// The symptom that proves that the fault took effect; without it the run is the lab's error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bite {
    /// Name of the probe.
    pub probe: String,
    /// Under this share of success.
    pub below: Share,
    /// Counted from the step's injection.
    pub within: Span,
    /// Gauges that must move as well: `payment-pool-waiting: { reaches: 380 }`.
    #[serde(default)]
    pub gauges: BTreeMap<String, GaugeBite>,
    /// A bystander: a probe that the fault was not meant to hurt.
    #[serde(default)]
    pub spares: Option<Spares>,
}

/// How far a gauge must move to prove that the fault took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GaugeBite {
    /// At least this value, by the end of `bites.within`.
    pub reaches: f64,
    /// Counted from the first sign that a request met the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// A probe that must stay well until the page goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spares {
    /// Name of the probe.
    pub probe: String,
    /// At least this share of success.
    pub above: Share,
}
