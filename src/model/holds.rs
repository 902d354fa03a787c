//! A statement about a database that must be true: it is written as the question for its counterexamples.
//!
//! **Invariant**: no row means that it holds; no answer means nothing at all.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// No row may come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Holds {
    /// How findings and cheats call it.
    pub id: String,
    /// One `select` whose rows are counterexamples.
    pub sql: String,
    /// One `select` of one row, whose columns are told beside the outcome: `restored 4112, kept 390, lost 0`. It decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells: Option<String>,
    /// Which server is asked.
    #[serde(default, skip_serializing_if = "Server::is_primary")]
    pub at: Server,
}

impl Holds {
    /// How many counterexamples are fetched at most.
    pub const MOST: usize = 100;

    /// A statement about the primary.
    pub fn at_primary(id: &str, sql: &str) -> Self {
        Self { id: id.to_owned(), sql: sql.to_owned(), tells: None, at: Server::Primary }
    }

    /// The statement that fetches the counterexamples, each as one line of JSON, and not more than [`Self::MOST`].
    ///
    /// The author's statement stands in a subquery: it can read only, and cannot be two statements.
    pub fn statement(&self) -> String {
        let (sql, most) = (part(&self.sql), Self::MOST);
        // On lines of its own: the author's text may end with a comment.
        format!("select to_json(counterexample)::text from (\n{sql}\n) counterexample limit {most}")
    }

    /// What is told beside it, as a statement to be asked like one: its one row has one sentence.
    pub fn telling(&self) -> Option<Self> {
        let tells = part(self.tells.as_deref()?);
        let sql = format!("{TELLING}(\n{tells}\n) told limit 1) one, {PAIRS}");
        Some(Self { sql, tells: None, ..self.clone() })
    }

    /// The sentence in what such a statement answered; none where no row came back.
    pub fn told(rows: &[String]) -> Option<String> {
        #[derive(Deserialize)]
        struct Told {
            told: Option<String>,
        }
        serde_json::from_str::<Told>(rows.first()?).ok()?.told
    }
}

/// Names and values of a row's columns, in their order, as words.
const TELLING: &str =
    "select string_agg(pair.name || ' ' || coalesce(pair.value, 'unknown'), ', ' order by pair.place) as told
from (select to_json(told) as line from ";
const PAIRS: &str = "json_each_text(one.line) with ordinality pair(name, value, place)";

/// An author's statement as a part of ours.
fn part(sql: &str) -> &str {
    sql.trim().trim_end_matches(';')
}

/// A PostgreSQL server of the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Server {
    /// Whichever takes writes.
    #[default]
    #[serde(rename = "primary")]
    Primary,
    /// The server in this data centre, whatever its part.
    #[serde(rename = "dc-1")]
    Dc1,
    /// The server in this data centre, whatever its part.
    #[serde(rename = "dc-2")]
    Dc2,
    /// The server in this data centre, whatever its part.
    #[serde(rename = "dc-3")]
    Dc3,
}

impl Server {
    /// Whether it is the one that is asked when none is named.
    pub fn is_primary(&self) -> bool {
        *self == Self::Primary
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Dc1 => "dc-1",
            Self::Dc2 => "dc-2",
            Self::Dc3 => "dc-3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_is_asked_when_no_server_is_named() {
        let read = |text: &str| serde_yaml::from_str::<Holds>(text);
        let paid = read("{ id: order-state, sql: select 1 }").unwrap();
        assert_eq!((paid.id.as_str(), paid.at), ("order-state", Server::Primary));
        assert_eq!(read("{ id: a, sql: select 1, at: dc-2 }").unwrap().at, Server::Dc2);
        assert!(read("{ id: a, sql: select 1, at: dc-9 }").is_err());
        assert!(read("{ id: a, sql: select 1, on: primary }").is_err());
    }

    #[test]
    fn what_is_told_is_asked_like_a_statement_and_is_one_sentence() {
        let mut holds = Holds::at_primary("old-orders", "select 1");
        assert_eq!(holds.telling(), None);
        holds.tells = Some("select 2 as lost -- of all\n;".to_owned());
        let telling = holds.telling().unwrap();
        assert_eq!((telling.id.as_str(), telling.at, telling.tells.as_ref()), ("old-orders", Server::Primary, None));
        let part = "(\nselect 2 as lost -- of all\n\n) told limit 1) one";
        assert!(telling.statement().contains(part), "{}", telling.sql);
        let told = |row: &str| Holds::told(&[row.to_owned()]);
        assert_eq!(told(r#"{"told":"restored 4112, lost 0"}"#).as_deref(), Some("restored 4112, lost 0"));
        assert_eq!((told(r#"{"told":null}"#), told("{}"), Holds::told(&[])), (None, None, None));
    }

    #[test]
    fn a_statement_stays_one_statement_and_is_bounded() {
        let holds = Holds::at_primary("a", "select id from t -- all\n;");
        assert_eq!(
            holds.statement(),
            "select to_json(counterexample)::text from (\nselect id from t -- all\n\n) counterexample limit 100"
        );
    }
}
