//! Parameters of faults between pods.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    hold::{Direction, Fate},
    target::Target,
    units::{Share, Span},
};

/// Cut what goes between two parts, established connections too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Let through no more than so much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// Let names not be resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FailDns {
    /// Whose questions.
    pub from: Target,
    /// Only questions for these names, such as `bank`; all when left out.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// Whether they are lost or refused.
    #[serde(default)]
    pub mode: CutMode,
}

/// Names of hosts, with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Names(pub Vec<String>);

impl Names {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for Names {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
        let label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        match names.iter().find(|name| name.len() > 120 || !name.split('.').all(label)) {
            Some(wrong) => Err(format!("`{wrong}` is no host name; expected such as `bank` or `bank.shop.svc`")),
            None => Ok(Self(names)),
        }
    }
}

impl From<Names> for String {
    fn from(names: Names) -> Self {
        names.0.join(",")
    }
}
/// Answer HTTP in a service's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BreakHttp {
    /// In whose place.
    pub target: Target,
    /// With which status; when left out the service answers by itself, only later.
    #[serde(default)]
    pub status: Option<u16>,
    /// How late.
    #[serde(default)]
    pub delay: Span,
    /// How late the service's own answer is handed on: it has done its work at once.
    #[serde(default, skip_serializing_if = "Span::is_zero")]
    pub answer_delay: Span,
    /// How many of the requests.
    #[serde(default = "all_of_them")]
    pub share: Share,
    /// Only requests whose path begins so.
    #[serde(default)]
    pub path: Option<String>,
    /// The service's port.
    #[serde(default = "usual_port")]
    pub port: u16,
}

fn all_of_them() -> Share {
    Share(1.0)
}

fn usual_port() -> u16 {
    8080
}
