//! What the person tells the run that goes on, from another terminal.
//!
//! **Invariant**: words only: none changes what is measured. `Done` ends the run, `Finished` ends the waiting for more.

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
        number: usize,
    },
    /// Nothing more will be repaired: whether it was enough is found out now.
    Finished,
    /// The cause, as the last word: the run ends.
    Done {
        /// In the words of the vocabulary.
        answer: Answer,
    },
}

impl Said {
    /// The number of the hint that was told, from 1.
    pub fn hint(&self) -> Option<usize> {
        match self {
            Self::Hinted { number } => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledged { impact: Some(impact) } => write!(f, "acknowledged: {impact}"),
            Self::Acknowledged { impact: None } => f.write_str("acknowledged"),
            Self::Diagnosed { answer } => write!(f, "diagnosed:{answer}"),
            Self::Finished => f.write_str("finished: the repair is called done"),
            Self::Done { answer } => write!(f, "done:{answer}"),
            Self::Hinted { number } => write!(f, "hint {number} was given"),
        }
    }
}
