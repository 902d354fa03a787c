//! A cause in the words of the vocabulary, as arguments: `droplab answer` and `droplab done` take the same.
//!
//! **Invariant**: only words of the vocabulary come through.

use super::failure::{Code, Failure};
use crate::model::diagnosis::Answer;

/// Where a person finds every word.
const WORDS: &str = "droplab done --words";

/// What is named.
#[derive(Clone, Debug, clap::Args)]
pub struct CauseArgs {
    /// Which part is at fault
    #[arg(long, value_name = "WORD")]
    pub component: Option<String>,
    /// What happened in it
    #[arg(long, value_name = "WORD")]
    pub mechanism: Option<String>,
    /// What set it off
    #[arg(long, value_name = "WORD")]
    pub trigger: Option<String>,
    /// What made it possible or worse; as often as you like
    #[arg(long = "factor", value_name = "WORD")]
    pub factors: Vec<String>,
}

impl CauseArgs {
    /// The answer, if anything is named.
    pub(super) fn answer(&self) -> Option<Answer> {
        let answer = Answer {
            component: self.component.clone(),
            mechanism: self.mechanism.clone(),
            trigger: self.trigger.clone(),
            factors: self.factors.clone(),
        };
        (answer != Answer::default()).then_some(answer)
    }
}

/// That a verb was given nothing to say.
pub(super) fn names_nothing(verb: &str) -> Failure {
    Failure::new(Code::Usage, "an answer names something").next(format!("droplab {verb} --help"))
}

/// The answer as it came, when each of its words is known.
pub(super) fn known(answer: Answer) -> Result<Answer, Failure> {
    let doubts = answer.doubts();
    if doubts.is_empty() { Ok(answer) } else { Err(Failure::new(Code::Usage, doubts.join("\n")).next(WORDS)) }
}
