//! Parameters of faults between pods.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use serde::{Deserialize, Serialize};

use crate::model::{
    hold::{Direction, Fate},
    target::Target,
    units::Share,
};

/// Cut what goes between two parts, established connections too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CutLink {
    /// One end: the one in whose network the cut is made.
    pub from: Target,
    /// The other end.
    pub to: Target,
    /// What becomes of the packets.
    #[serde(default)]
    pub mode: CutMode,
    /// Only what goes this way, seen from the first end.
    #[serde(default)]
    pub direction: Direction,
    /// Only this TCP port of the other end.
    #[serde(default)]
    pub port: Option<u16>,
}

/// What becomes of packets on a link that is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutMode {
    /// Nothing: they are lost, and clients wait for their timeouts.
    #[default]
    Drop,
    /// They are answered by a TCP reset: clients fail at once.
    Reset,
}

impl From<CutMode> for Fate {
    fn from(mode: CutMode) -> Self {
        match mode {
            CutMode::Drop => Self::Drop,
            CutMode::Reset => Self::Reset,
        }
    }
}

/// Lose packets at random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LosePackets {
    /// One end.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// How many of the packets.
    pub share: Share,
    /// Only what goes this way.
    #[serde(default)]
    pub direction: Direction,
}

/// Let through no more than so much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitBandwidth {
    /// One end.
    pub from: Target,
    /// The other end; everybody when left out.
    #[serde(default)]
    pub to: Option<Target>,
    /// In thousands of bytes a second.
    pub kilobytes: u64,
    /// Only what goes this way.
    #[serde(default)]
    pub direction: Direction,
}

/// Let no name be resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FailDns {
    /// Whose questions.
    pub from: Target,
    /// Whether they are lost or refused.
    #[serde(default)]
    pub mode: CutMode,
}
