//! A job of Kubernetes' that a fault starts: what it runs, and with which tools.
//!
//! **Invariant**: an ordinary job, as a colleague would have written it: nothing in it tells that it is a fault.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its name, which is that of its sessions in PostgreSQL as well.
    pub name: String,
    /// The whole reference of its image.
    pub image: String,
    /// Whose tools are in it.
    pub tools: Tools,
    /// The role by which it reaches PostgreSQL.
    pub role: String,
    /// What it does.
    pub script: Script,
}

/// Whose tools are in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tools {
    /// psql, `pg_dump` and their kind.
    Postgres,
    /// Kafka's scripts.
    Kafka,
    /// redis-cli.
    Redis,
    /// The shop's own binary, and a shell.
    Shop,
}

impl Tools {
    /// The image's name without registry and tag.
    pub fn image(self) -> &'static str {
        match self {
            Self::Postgres => "droplab/postgres",
            Self::Kafka => "droplab/kafka",
            Self::Redis => "droplab/redis",
            Self::Shop => "droplab/shop",
        }
    }
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Script {
    /// For psql.
    Sql(String),
    /// For a shell.
    Sh(String),
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, image, role, .. } = self;
        match &self.script {
            Script::Sql(sql) => write!(f, "job/{name} from image {image}, as role {role}: {sql}"),
            Script::Sh(script) => write!(f, "job/{name} from image {image}: {script}"),
        }
    }
}
