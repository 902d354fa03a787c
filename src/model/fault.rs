//! What can be broken: one variant per fault, one parameter struct each.
//!
//! **Invariant**: variant = key in YAML = file in `src/faults/` = heading in docs/faults.md.

use serde::{Deserialize, Serialize};

/// A fault as a scenario asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultSpec {
    /// A release of a service, bad on purpose, rolled out the ordinary way.
    DeployVersion(DeployVersion),
}

/// Roll a service out to another version of its image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeployVersion {
    /// The deployment, which is also the container's name.
    pub service: String,
    /// The image's tag.
    pub version: String,
    /// What the release note says; shown by `kubectl rollout history`.
    #[serde(default)]
    pub note: Option<String>,
}

impl FaultSpec {
    /// The fault's key, as in YAML.
    pub fn key(&self) -> &'static str {
        match self {
            Self::DeployVersion(_) => "deploy-version",
        }
    }
}
