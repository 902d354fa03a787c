//! Parameters of faults in single packets.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    hold::{Direction, Distribution},
    target::Target,
    units::{Share, Span},
};

/// Lose packets at random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LosePackets {
    /// One end.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// How many of the packets.
    pub share: Share,
    /// How much a loss depends on the one before: losses in bursts.
    #[serde(default)]
    pub correlation: Option<Share>,
    /// Only what goes this way.
    #[serde(default)]
    pub direction: Direction,
}

/// Delay packets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SlowLink {
    /// One end.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// How late each packet is.
    pub delay: Span,
    /// And so much more or less.
    #[serde(default)]
    pub jitter: Span,
    /// In which way more or less.
    #[serde(default)]
    pub distribution: Distribution,
    /// Only what goes this way.
    #[serde(default)]
    pub direction: Direction,
}

/// Send packets twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DuplicatePackets {
    /// One end: what it sends comes twice.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// How many of the packets.
    pub share: Share,
    /// How much a throw of the dice depends on the one before.
    #[serde(default)]
    pub correlation: Share,
}

/// Spoil packets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CorruptPackets {
    /// One end.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// How many of the packets.
    pub share: Share,
    /// How much a throw of the dice depends on the one before.
    #[serde(default)]
    pub correlation: Share,
    /// Only what goes this way.
    #[serde(default)]
    pub direction: Direction,
}
