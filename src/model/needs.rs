//! What a scenario asks of its host, and what it is about.
//!
//! **Invariant**: told by the file; whether a host has it is measured elsewhere.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Bytes, Rate, Span};

/// What an incident is about, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are the whole meaning")]
pub enum Theme {
    Alert,
    Cache,
    Capacity,
    Database,
    Dependency,
    Dns,
    Edge,
    Kafka,
    Migration,
    Release,
    Zone,
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Alert => "alert",
            Self::Cache => "cache",
            Self::Capacity => "capacity",
            Self::Database => "database",
            Self::Dependency => "dependency",
            Self::Dns => "dns",
            Self::Edge => "edge",
            Self::Kafka => "kafka",
            Self::Migration => "migration",
            Self::Release => "release",
            Self::Zone => "zone",
        })
    }
}

/// What a host must have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Needs {
    /// Requests a second that lab and customers must bear together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Memory of the container engine, bytes, written `3GiB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Free disk, bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<Bytes>,
    /// How long one play takes when it is repaired at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Span>,
}

impl Needs {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In words. Amounts are written as in the file in either language; the disk alone is called by a word.
    pub fn said(&self, russian: bool) -> String {
        let disk = self.disk.map(|disk| format!("{disk} {}", if russian { "диска" } else { "of disk" }));
        let named = [self.rate.map(|rate| rate.to_string()), self.memory.map(|memory| memory.to_string()), disk];
        let words: Vec<String> = named.into_iter().flatten().chain(self.time.map(|time| time.to_string())).collect();
        words.join(", ")
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(false))
    }
}
