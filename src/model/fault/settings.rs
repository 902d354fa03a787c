//! Parameters of the fault in settings.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Set something to another value, the ordinary way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeSetting {
    /// Whose: `postgres`, `postgres/dc-2`, `role/shop`, `redis`, `topic/orders.paid`, `configmap/nginx`, `coredns` or
    /// `deployment/orders`.
    pub of: String,
    /// Which of its settings: `work_mem`, `password`, `maxmemory`, `min.insync.replicas`, `nginx.conf`, `cpu`, `memory`.
    pub name: String,
    /// Its value; for a key of a ConfigMap the whole text. A password has none: one is drawn.
    #[serde(default)]
    pub value: Option<String>,
    /// Of a key of a ConfigMap: replace this text, as it stands …
    #[serde(default)]
    pub from: Option<String>,
    /// … by this one, wherever it is found.
    #[serde(default)]
    pub to: Option<String>,
    /// Restart whoever reads it only at its start.
    #[serde(default)]
    pub restart: bool,
}
