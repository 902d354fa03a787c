//! A hint of a scenario, and while what it is given.
//!
//! **Invariant**: both languages are there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conditions::Conditions;

/// One hint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// Given only while this is so; always when left out.
    #[serde(default, rename = "while", skip_serializing_if = "Option::is_none")]
    pub when: Option<Conditions>,
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Hint {
    /// The one of the two languages that is wanted.
    pub fn of(&self, russian: bool) -> &str {
        if russian { &self.ru } else { &self.en }
    }
}
