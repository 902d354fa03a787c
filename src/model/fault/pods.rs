//! Parameters of faults in pods and in data centres.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    target::Target,
    units::{Offset, Span},
};

/// Delete pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KillPod {
    /// Which.
    pub target: Target,
    /// The time they are given to stop; none by default.
    #[serde(default)]
    pub grace: Span,
}

/// Stop every process of pods, without ending them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FreezePod {
    /// Which.
    pub target: Target,
}

/// Kill the main process of containers, again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CrashLoop {
    /// Which pods.
    pub target: Target,
    /// How often.
    #[serde(default = "five_seconds")]
    pub every: Span,
}

fn five_seconds() -> Span {
    Span(std::time::Duration::from_secs(5))
}

/// Take processor time from pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BurnCpu {
    /// Inside of which pods.
    pub target: Target,
    /// How many processors' worth each.
    #[serde(default = "one")]
    pub cores: u32,
}

fn one() -> u32 {
    1
}

/// Take memory from pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FillMemory {
    /// Inside of which pods.
    pub target: Target,
    /// How many mebibytes each.
    pub mebibytes: u64,
}

/// Stop every process of a data centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FreezeZone {
    /// Which: `dc-1`, `dc-2` or `dc-3`.
    pub zone: String,
}

/// Cut a data centre off from the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CutZone {
    /// Which: `dc-1`, `dc-2` or `dc-3`.
    pub zone: String,
}

/// Switch a data centre off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StopNode {
    /// Which: `dc-1`, `dc-2` or `dc-3`.
    pub zone: String,
}

/// Let the disk be slow for pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SlowDisk {
    /// For which pods.
    pub target: Target,
    /// Thousands of bytes a second that each container may read, and as many that it may write.
    pub kilobytes: u64,
}

/// Take room on a disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FillDisk {
    /// Of which pods.
    pub target: Target,
    /// How many mebibytes each.
    pub mebibytes: u64,
    /// A folder on that disk, as the container sees it.
    #[serde(default = "root")]
    pub path: String,
}

/// Let clocks be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SkewClock {
    /// Whose.
    pub target: Target,
    /// How far off they are.
    pub offset: Offset,
}

fn root() -> String {
    "/".to_owned()
}
