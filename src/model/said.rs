//! What the person tells the run that goes on, from another terminal.
//!
//! **Invariant**: words only: nothing that is said ends a run or changes what is measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::diagnosis::Answer;

/// One thing that was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The page was acknowledged.
    Acknowledged {
        /// Who is hurt, and how, in the person's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        impact: Option<String>,
    },
    /// What the person takes for the cause; the last one counts.
    Diagnosed {
        /// In the words of the vocabulary.
        answer: Answer,
    },
    /// A hint was taken.
    Hinted {
        /// Which, from 1.
        number: u32,
    },
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledged { impact: Some(impact) } => write!(f, "acknowledged: {impact}"),
            Self::Acknowledged { impact: None } => f.write_str("acknowledged"),
            Self::Diagnosed { answer } => {
                let one = |word: &Option<String>| word.clone().unwrap_or_else(|| "?".into());
                let (component, mechanism, trigger) =
                    (one(&answer.component), one(&answer.mechanism), one(&answer.trigger));
                write!(f, "diagnosed: {mechanism} in {component}, set off by {trigger}")?;
                if answer.factors.is_empty() { Ok(()) } else { write!(f, "; {}", answer.factors.join(", ")) }
            }
            Self::Hinted { number } => write!(f, "hint {number} was taken"),
        }
    }
}
