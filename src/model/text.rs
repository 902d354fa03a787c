//! What a person reads, in the languages that droplab speaks.
//!
//! **Invariant**: both languages are there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Text in the languages droplab speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "text in both languages: `{ en: …, ru: … }`")]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

impl Text {
    /// The one of the two that is wanted.
    pub fn of(&self, russian: bool) -> &str {
        if russian { &self.ru } else { &self.en }
    }
}
