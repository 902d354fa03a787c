//! Parameters of faults in what the person owns: images, configuration, scale.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Roll a service out to another version of its image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// Set a variable of a service to another value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeConfig {
    /// The deployment, which is also the container's name.
    pub service: String,
    /// The variable's name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Run another number of pods of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scale {
    /// The deployment.
    pub service: String,
    /// How many.
    pub replicas: u32,
}
