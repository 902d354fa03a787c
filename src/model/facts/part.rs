//! The parts of a survey, each of which is read, or not, for itself.
//!
//! **Invariant**: what is not read is named, with the reason.

use serde::{Deserialize, Serialize};

/// A part of a survey that is read, or not, for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Deployments.
    Deployments,
    /// Configurations.
    Configs,
    /// PostgreSQL's settings, start and sessions.
    Postgres,
    /// Images in the nodes.
    Images,
    /// Pods, Services and nodes.
    Population,
    /// What faults may have left in the nodes.
    Traces,
    /// Redis' parameters.
    Redis,
    /// Kafka's topics.
    Topics,
    /// Kafka's groups.
    Groups,
    /// StatefulSets.
    StatefulSets,
    /// What was set on PostgreSQL's servers and for its roles, its passwords, and jobs. In a journal of before the last three here were
    /// parts of their own: what these tell as well.
    Settings,
    /// The definitions of tables.
    Tables,
    /// All of Redis' parameters.
    Parameters,
    /// Limits, requests and checksums of deployments.
    Workloads,
    /// The texts of configurations.
    Texts,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deployments => "the deployments",
            Self::Configs => "the configurations",
            Self::Postgres => "PostgreSQL",
            Self::Images => "the nodes' images",
            Self::Population => "pods, services and nodes",
            Self::Traces => "what is left in the nodes",
            Self::Redis => "Redis",
            Self::Topics => "Kafka's topics",
            Self::Groups => "Kafka's groups",
            Self::StatefulSets => "the stateful sets",
            Self::Settings => "settings, passwords and jobs",
            Self::Tables => "the tables' definitions",
            Self::Parameters => "all of Redis' parameters",
            Self::Workloads => "what deployments may take",
            Self::Texts => "the texts of the configurations",
        })
    }
}
