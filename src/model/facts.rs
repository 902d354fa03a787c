//! What a survey of the lab found: the ground a plan stands on, and the "before" of the residue proof.
//!
//! **Invariant**: maps are ordered, so that two surveys of the same lab are equal text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The lab at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The lab's name.
    pub lab: String,
    /// Deployments by name.
    pub deployments: BTreeMap<String, Deployment>,
    /// PostgreSQL settings that decide durability and capacity, by name (`max_connections`, `fsync` …).
    pub postgres_settings: BTreeMap<String, String>,
    /// When the primary's postmaster started (`pg_postmaster_start_time()`), RFC 3339.
    pub postgres_started: Option<String>,
    /// Image references that the lab's nodes hold.
    pub images: Vec<String>,
    /// Digests of configuration that a person may edit: `configmap/nginx` → hash.
    pub configs: BTreeMap<String, String>,
}

/// A deployment, as far as plans and verdicts care.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Wanted replicas.
    pub replicas: u32,
    /// Ready replicas.
    pub ready: u32,
    /// Image by container.
    pub images: BTreeMap<String, String>,
    /// Plain environment by `container/NAME`; values from secrets are not read.
    pub env: BTreeMap<String, String>,
    /// Resource limits by `container/resource`.
    pub limits: BTreeMap<String, String>,
    /// The annotation `kubernetes.io/change-cause`.
    pub change_cause: Option<String>,
}
