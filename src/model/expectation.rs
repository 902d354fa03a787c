//! What a scenario expects of a repaired system.
//!
//! **Invariant**: effects only: what customers get, what the books say, what is still there. Never what was typed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ledger::LedgerName,
    units::{Share, Span},
};

/// What must hold for a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Customers are served as before, and stay so.
    Recovers(Recovers),
    /// Every promise to a customer is in the books, once.
    LosesNothing(LosesNothing),
    /// The repair took nothing away that was there before.
    Keeps(Keeps),
}

/// Customers are served as before, and stay so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recovers {
    /// Name of the probe.
    pub probe: String,
    /// What counts as recovered: this share, of which the baseline itself must reach no less.
    pub to: Share,
    /// Counted from the page.
    pub within: Span,
    /// And holds so long.
    pub hold: Span,
}

/// Every promise to a customer is in the books, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LosesNothing {
    /// Which books.
    pub ledger: LedgerName,
}

/// The repair took nothing away that was there before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// At least as many replicas as before.
    Replicas {
        /// The deployment's name.
        deployment: String,
    },
    /// A plain environment variable as before.
    Env {
        /// The deployment's name.
        deployment: String,
        /// The variable's name.
        name: String,
    },
    /// A PostgreSQL setting as before.
    PostgresSetting {
        /// Its name in `pg_settings`.
        name: String,
    },
    /// PostgreSQL's primary was not restarted.
    PostgresUptime,
    /// A configuration as before: `configmap/nginx`.
    Config {
        /// Its name, as in `Facts::configs`.
        name: String,
    },
}

impl Expectation {
    /// Its key, as in YAML and in findings.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Recovers(_) => "recovers",
            Self::LosesNothing(_) => "loses-nothing",
            Self::Keeps(_) => "keeps",
        }
    }
}

impl fmt::Display for Keeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replicas { deployment } => write!(f, "replicas of deployment/{deployment}"),
            Self::Env { deployment, name } => write!(f, "{name} of deployment/{deployment}"),
            Self::PostgresSetting { name } => write!(f, "PostgreSQL's {name}"),
            Self::PostgresUptime => f.write_str("PostgreSQL's uptime"),
            Self::Config { name } => f.write_str(name),
        }
    }
}
