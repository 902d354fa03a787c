//! What a person is given points for, and how many.
//!
//! **Invariant**: weights add up to a hundred; every line has its reason and the events that show it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::whole;

/// What is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// Acknowledged in time, with the right impact.
    Detect,
    /// The cause, in the words of the vocabulary.
    Diagnose,
    /// Recovered, held, books whole.
    Fix,
    /// No trap, nothing taken away.
    Safe,
    /// The postmortem.
    Learn,
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Detect => "detect",
            Self::Diagnose => "diagnose",
            Self::Fix => "fix",
            Self::Safe => "safe",
            Self::Learn => "learn",
        })
    }
}

/// Points for each dimension: a hundred in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, try_from = "Written")]
pub struct Weights {
    /// Acknowledged in time, with the right impact.
    pub detect: u32,
    /// The cause, in the words of the vocabulary.
    pub diagnose: u32,
    /// Recovered, held, books whole.
    pub fix: u32,
    /// No trap, nothing taken away.
    pub safe: u32,
    /// The postmortem.
    pub learn: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { detect: 10, diagnose: 20, fix: 30, safe: 20, learn: 20 }
    }
}

impl Weights {
    /// Whether these are the usual ones.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Weights as a file says them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "whole")]
    detect: u32,
    #[serde(deserialize_with = "whole")]
    diagnose: u32,
    #[serde(deserialize_with = "whole")]
    fix: u32,
    #[serde(deserialize_with = "whole")]
    safe: u32,
    #[serde(deserialize_with = "whole")]
    learn: u32,
}

impl TryFrom<Written> for Weights {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { detect, diagnose, fix, safe, learn } = written;
        let sum: u64 = [detect, diagnose, fix, safe, learn].into_iter().map(u64::from).sum();
        let weights = Self { detect, diagnose, fix, safe, learn };
        (sum == 100).then_some(weights).ok_or_else(|| format!("weights add up to {sum}, not to 100"))
    }
}

/// One dimension's points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub dimension: Dimension,
    /// Points.
    pub points: u32,
    /// Of so many.
    pub out_of: u32,
    /// Why, in one sentence.
    pub sentence: String,
    /// `seq`s of the events that show it.
    pub evidence: Vec<u64>,
}

/// The score card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// All points, hints taken off.
    pub points: u32,
    /// Always a hundred.
    pub out_of: u32,
    /// One for each dimension.
    pub lines: Vec<Line>,
    /// Hints that were taken.
    pub hints: u32,
    /// What they cost.
    pub hint_cost: u32,
}

impl Score {
    /// What each hint costs.
    pub const HINT: u32 = 3;

    /// Lines and hints, added up.
    pub fn of(lines: Vec<Line>, hints: u32) -> Self {
        let hint_cost = hints * Self::HINT;
        let points = lines.iter().map(|line| line.points).sum::<u32>().saturating_sub(hint_cost);
        let out_of = lines.iter().map(|line| line.out_of).sum();
        Self { points, out_of, lines, hints, hint_cost }
    }

    /// The same with a postmortem that was given so many of a hundred.
    #[must_use]
    pub fn learned(&self, of_hundred: u32) -> Self {
        let mut lines = self.lines.clone();
        for line in lines.iter_mut().filter(|line| line.dimension == Dimension::Learn) {
            line.points = line.out_of * of_hundred.min(100) / 100;
            line.sentence = format!("the postmortem was given {of_hundred} of 100");
        }
        Self::of(lines, self.hints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_a_hundred_or_are_refused() {
        let read = |fix: u32| {
            let text = format!("{{\"detect\":10,\"diagnose\":20,\"fix\":{fix},\"safe\":20,\"learn\":20}}");
            serde_json::from_str::<Weights>(&text).map_err(|error| error.to_string())
        };
        assert_eq!(read(30), Ok(Weights::default()));
        assert!(read(31).unwrap_err().contains("add up to 101"));
    }

    #[test]
    fn hints_cost_and_never_below_nothing() {
        let line = Line { dimension: Dimension::Fix, points: 5, out_of: 30, sentence: String::new(), evidence: vec![] };
        assert_eq!(Score::of(vec![line.clone()], 1).points, 2);
        assert_eq!(Score::of(vec![line], 9).points, 0);
    }
}
