//! Repairs as data: what a person would type.
//!
//! **Invariant**: an action is the trade's own command; its exit status counts.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{diagnosis::Answer, text::Text};

/// One thing that a person types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Arguments of kubectl, split as a shell splits words.
    Kubectl(String),
    /// A statement for the PostgreSQL primary, as superuser.
    Psql(String),
    /// A tool of Kafka's with its arguments, without `--bootstrap-server`: `kafka-consumer-groups.sh --list`.
    Kafka(String),
    /// A command for Redis' primary: `DEL cart:7`.
    Redis(String),
    /// A script for `sh -euc`, with the lab's variables and tools, as in `droplab shell`.
    Sh(String),
    /// The person names the cause, as `droplab done` does, and with that ends the run.
    Done(Answer),
}

/// A repair that must pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fix {
    /// In kebab-case.
    pub name: String,
    /// What is typed, in order; each must succeed.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
}

/// A repair that only looks like one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cheat {
    /// In kebab-case.
    pub name: String,
    /// A cheat hides the symptom; a trap works in a lab and is an outage in production.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trap: bool,
    /// Why it is none, or what it would do in production.
    pub why: Text,
    /// What is typed, in order; each must succeed, or the cheat was never tried.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// Ids of the expectations that it fails by: all of them.
    pub caught_by: Vec<String>,
}

impl Cheat {
    /// `cheat` or `trap`.
    pub fn kind(&self) -> &'static str {
        if self.trap { "trap" } else { "cheat" }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kubectl(arguments) => write!(f, "kubectl {arguments}"),
            Self::Psql(statement) => write!(f, "psql -c \"{statement}\""),
            Self::Kafka(line) => f.write_str(line),
            Self::Redis(command) => write!(f, "redis-cli {command}"),
            Self::Sh(script) => write!(f, "sh -c '{}'", script.trim()),
            Self::Done(answer) => write!(f, "droplab done{answer}"),
        }
    }
}
