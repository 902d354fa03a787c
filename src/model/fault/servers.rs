//! Parameters of faults in PostgreSQL and in Redis.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Leave no connection to PostgreSQL's primary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExhaustConnections {
    /// How many to take; the server's `max_connections` when left out.
    #[serde(default)]
    pub count: Option<u32>,
}

/// Hold a table so that nobody can read or write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HoldLock {
    /// Which: `payment.ledger`.
    pub table: String,
}

/// Keep a transaction with a snapshot open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LongTransaction {}

/// End the sessions of a role, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KillBackends {
    /// Which role.
    #[serde(default = "shop")]
    pub role: String,
}

fn shop() -> String {
    "shop".to_owned()
}

/// Let commands to Redis' primary wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PauseRedis {
    /// Which commands.
    #[serde(default)]
    pub mode: PauseMode,
}

/// Which commands wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PauseMode {
    /// Those that write.
    #[default]
    Write,
    /// All of them.
    All,
}

/// Empty Redis' cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FlushRedis {}

/// Leave Redis less memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ShrinkMemory {
    /// How many mebibytes are left to it.
    pub mebibytes: u64,
    /// What it does when they are full.
    #[serde(default)]
    pub policy: Eviction,
}

/// What Redis does when its memory is full (`maxmemory-policy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Eviction {
    /// It refuses to write.
    #[default]
    Noeviction,
    /// It forgets what was used least recently.
    AllkeysLru,
}
