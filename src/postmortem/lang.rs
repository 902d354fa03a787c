//! The language that a postmortem is written in, and answered in.
//!
//! **Invariant**: every sentence of this room exists in both languages, side by side in the code that says it.

use serde::{Deserialize, Serialize};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// A sentence in this language.
    pub fn pick(self, en: impl Into<String>, ru: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::Ru => ru.into(),
        }
    }

    /// As front matter says it.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}
