//! What a scenario expects of a repaired system. Jepsen's checkers: each is decided for itself, and the worst wins.
//!
//! **Invariant**: effects only: what customers get, what the books say, what is still there. Never what was typed.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    condition::Condition,
    diagnosis::Answer,
    holds::Holds,
    keeps::Keeps,
    ledger::LedgerName,
    units::{Span, from_text},
};

/// What must hold for a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", expecting = "an expectation such as `books: payments`")]
pub enum Expectation {
    /// Customers are served as before, and stay so.
    Recovers(Recovers),
    /// Something is so all through, not just at the end.
    Stays(Stays),
    /// No counterexample is left in a database.
    Holds(Holds),
    /// Every promise to a customer is in these books, once.
    Books(LedgerName),
    /// The repair took nothing away that was there before.
    Keeps(Keeps),
    /// The person changed nothing.
    Untouched(Untouched),
    /// The person names the cause.
    Says(Says),
}

/// Customers are served as before, and stay so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ when: CONDITION, within: 15m }`")]
pub struct Recovers {
    /// How findings and cheats call it; `recovers` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What counts as recovered; its `for` is how long it must hold. The baseline must satisfy it as well.
    pub when: Condition,
    /// Counted from the page.
    pub within: Span,
}

/// Something is so all through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ id: NAME, when: CONDITION }`")]
pub struct Stays {
    /// How findings and cheats call it.
    pub id: String,
    /// What is never otherwise; its `for` is the window over which it is read.
    pub when: Condition,
    /// From when on.
    #[serde(default)]
    pub from: Since,
    /// And so long after that.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: Span,
}

fn is_zero(span: &Span) -> bool {
    span.0.is_zero()
}

/// From when on something must be so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// `start`: from the end of the baseline.
    Start,
    /// `injection`: from the first injection.
    #[default]
    Injection,
    /// `page`: from the page.
    Page,
    /// `step 2`: from that step's injection.
    Step(usize),
    /// `then`: from the replay of the trigger.
    Then,
}

/// The person changed nothing: no workload, configuration, setting, password or Service is otherwise than the customers met it, and no pod is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ id: NAME }`")]
pub struct Untouched {
    /// How findings and cheats call it.
    pub id: String,
}

/// The person names the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ answer: { component: … }, within: 15m }`")]
pub struct Says {
    /// What the answer must name: `{ component: alert, mechanism: noisy-cause-alert }`.
    pub answer: Answer,
    /// Counted from the page.
    pub within: Span,
}

impl Recovers {
    /// How findings and cheats call it.
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("recovers")
    }
}

impl Expectation {
    /// How findings and cheats call it.
    pub fn id(&self) -> String {
        match self {
            Self::Recovers(recovers) => recovers.id().to_owned(),
            Self::Stays(stays) => stays.id.clone(),
            Self::Holds(holds) => holds.id.clone(),
            Self::Books(ledger) => ledger.to_string(),
            Self::Keeps(keeps) => keeps.id(),
            Self::Untouched(untouched) => untouched.id.clone(),
            Self::Says(_) => "says".to_owned(),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let step = |text: &str| text.strip_prefix("step ")?.parse().ok().filter(|number| *number > 0);
        match text {
            "start" => Ok(Self::Start),
            "injection" => Ok(Self::Injection),
            "page" => Ok(Self::Page),
            "then" => Ok(Self::Then),
            _ => step(text).map(Self::Step).ok_or_else(|| {
                format!("`{text}`: expected `start`, `injection`, `page`, `then` or a step such as `step 2`")
            }),
        }
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start"),
            Self::Injection => f.write_str("injection"),
            Self::Page => f.write_str("page"),
            Self::Step(number) => write!(f, "step {number}"),
            Self::Then => f.write_str("then"),
        }
    }
}

impl Serialize for Since {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, "`start`, `injection`, `page`, `then` or a step such as `step 2`")
    }
}
