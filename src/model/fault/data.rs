//! Parameters of faults in data: rows, records, and the jobs that write them.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::model::job::Tools;

/// Change rows or tables by a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeData {
    /// One statement or several, run in one transaction on the primary.
    pub sql: String,
    /// The tables that it changes, all of them: they are copied before, and brought back.
    pub tables: Tables,
    /// The role that runs it; the owner of the first table when left out.
    #[serde(default, rename = "as")]
    pub role: Option<String>,
}

/// Names of tables with their schemas, with commas between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Tables(pub Vec<String>);

impl TryFrom<String> for Tables {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let word = |word: &str| {
            (1..=63).contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let table = |name: &str| name.split_once('.').is_some_and(|(schema, table)| word(schema) && word(table));
        match names.iter().find(|name| !table(name)) {
            Some(wrong) => Err(format!("`{wrong}` is no table; expected schema and name, such as `orders.orders`")),
            None => Ok(Self(names)),
        }
    }
}

impl From<Tables> for String {
    fn from(tables: Tables) -> Self {
        tables.0.join(",")
    }
}

/// Put a record into a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SendRecord {
    /// Which topic.
    pub topic: String,
    /// What it says.
    pub value: String,
    /// Its key; none when left out.
    #[serde(default)]
    pub key: Option<String>,
    /// Its headers: `trace=1,source=import`.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Into which partition; the one that its key falls to when left out.
    #[serde(default)]
    pub partition: Option<u32>,
    /// How often it is sent.
    #[serde(default = "once")]
    pub count: u32,
    /// Delete it at the end, if nothing else lies before it in its partition.
    #[serde(default)]
    pub remove: bool,
}

fn once() -> u32 {
    1
}

/// Names and values, with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for Headers {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let pairs = text.split(',').map(|pair| match pair.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
            _ => Err(format!("`{pair}` is no header; expected NAME=VALUE")),
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }
}

impl From<Headers> for String {
    fn from(headers: Headers) -> Self {
        headers.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

/// Run a job of Kubernetes'.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StartJob {
    /// Its name.
    pub name: String,
    /// With whose tools it works.
    pub image: Tools,
    /// Statements for PostgreSQL's primary, each by itself, as psql reads them.
    #[serde(default)]
    pub sql: Option<String>,
    /// Or a script.
    #[serde(default)]
    pub sh: Option<String>,
    /// The role by which it reaches PostgreSQL.
    #[serde(default = "shop", rename = "as")]
    pub role: String,
}

fn shop() -> String {
    "shop".to_owned()
}
