//! What is held in a network: which packets, and what becomes of them.
//!
//! **Invariant**: an empty choice means everybody: no peer, no port, no name.

use serde::{Deserialize, Serialize};

use super::Selection;
use crate::model::units::{Share, Span};

/// A rule for packets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packets {
    /// In whose network.
    pub at: Selection,
    /// Only what is exchanged with these.
    pub peer: Option<Selection>,
    /// Only this port, at either end's server side.
    pub port: Option<Port>,
    /// Only questions for these names (DNS over UDP).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Only what goes this way.
    pub direction: Direction,
    /// What becomes of them.
    pub fate: Fate,
}

/// A port of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// `udp` and not `tcp`.
    #[serde(default)]
    pub udp: bool,
    /// Its number.
    pub number: u16,
}

/// Which way, as seen from the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// What it sends and what it is sent.
    #[default]
    Both,
    /// What it sends.
    Out,
    /// What it is sent.
    In,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is lost without a word.
    Drop,
    /// It is refused: a TCP reset, or an ICMP answer.
    Reset,
    /// So many of them are lost, at random.
    Lose(Share),
    /// What goes beyond so many bytes a second is lost.
    Limit(u64),
    /// It goes through a helper in user space.
    Shape(Shape),
}

/// What a helper does with packets, each by its own throw of the dice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// So late.
    pub delay: Span,
    /// And so much more or less.
    pub jitter: Span,
    /// In which way more or less.
    pub distribution: Distribution,
    /// So many are lost.
    pub lose: Share,
    /// So many come twice.
    pub duplicate: Share,
    /// So many come with a wrong bit.
    pub corrupt: Share,
    /// How much a throw depends on the one before.
    pub correlation: Share,
}

/// How delays are spread around their middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Evenly, within the jitter.
    #[default]
    Uniform,
    /// As a bell; the jitter is its standard deviation.
    Normal,
    /// With a long tail; the jitter is its standard deviation.
    Pareto,
}

/// Answers in the place of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Http {
    /// In whose place.
    pub at: Selection,
    /// At which port.
    pub port: u16,
    /// With which status; the service answers by itself when left out.
    pub status: Option<u16>,
    /// So late.
    pub delay: Span,
    /// The service works at once, and its answer is so late.
    #[serde(default, skip_serializing_if = "Span::is_zero")]
    pub answer_delay: Span,
    /// How many of the requests.
    pub share: Share,
    /// Only those whose path begins so.
    pub path: Option<String>,
}
