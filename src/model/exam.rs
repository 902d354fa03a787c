//! An exam's file: which incidents, for how many points, within what time.
//!
//! **Invariant**: unknown fields are refused; the id is the file's name and stands nowhere inside.

pub mod result;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    scenario::{Api, Text},
    units::{Share, Span, whole},
};

/// What starts a candidate's program or agent, in the run's folder: by this name a journal tells their repairs from droplab's own.
pub const STARTER: &str = "candidate.sh";

/// An exam, as the examiner writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "an exam: `api`, `title` and the other fields")]
pub struct Exam {
    /// Version of this format.
    pub api: Api,
    /// One line.
    pub title: Text,
    /// The share of all points that is a pass.
    pub pass: Share,
    /// Whether hints are told, and whether they cost.
    #[serde(default)]
    pub hints: Hints,
    /// What decides whatever is drawn.
    #[serde(default)]
    pub seed: Seed,
    /// The incidents, in the order in which they are played.
    pub scenarios: Vec<Task>,
}

/// One incident of an exam.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ scenario: NAME, points: 50 }`")]
pub struct Task {
    /// Its name (`droplab list`); or a file, sealed or not, seen from the exam's own folder.
    pub scenario: String,
    /// What a score card of a hundred is worth.
    #[serde(deserialize_with = "whole")]
    pub points: u32,
    /// Time to repair, counted from the page; the scenario's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// Whether hints are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", expecting = "`none`, `cost` or `free`")]
pub enum Hints {
    /// There are none.
    None,
    /// Each costs what the score card says.
    #[default]
    Cost,
    /// They are told for nothing.
    Free,
}

impl fmt::Display for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no hints",
            Self::Cost => "hints cost",
            Self::Free => "hints are free",
        })
    }
}

/// What decides whatever a scenario draws: names, values, moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", expecting = "`per-candidate`, or one for all: `{ fixed: 7 }`")]
pub enum Seed {
    /// Another for each candidate, so that an answer which is copied does not fit.
    #[default]
    PerCandidate,
    /// This one for all.
    Fixed(u64),
}

impl Seed {
    /// The seed of one candidate of one exam. It fits into 53 bits: whatever reads JSON can hold it.
    pub fn of(self, exam: &str, candidate: &str) -> u64 {
        let Self::PerCandidate = self else {
            return if let Self::Fixed(seed) = self { seed } else { 0 };
        };
        let digest = Sha256::digest(format!("droplab exam\0{exam}\0{candidate}"));
        digest.iter().take(8).fold(0_u64, |seed, byte| seed << 8 | u64::from(*byte)) >> 11
    }
}

impl Exam {
    /// All points there are.
    pub fn out_of(&self) -> u32 {
        self.scenarios.iter().map(|task| task.points).sum()
    }

    /// The points that are a pass.
    pub fn pass_mark(&self) -> f64 {
        self.pass.0 * f64::from(self.out_of())
    }

    /// What cannot be meant: the field, which one of its kind in the file (from 0), and why.
    pub fn doubts(&self) -> Vec<(&'static str, usize, String)> {
        let mut doubts = Vec::new();
        if self.scenarios.is_empty() {
            doubts.push(("scenarios", 0, "expected one scenario at least".to_owned()));
        }
        let worthless = self.scenarios.iter().enumerate().filter(|(_, task)| !(1..=1_000).contains(&task.points));
        doubts.extend(worthless.map(|(index, _)| ("points", index, "expected 1 to 1000 points".to_owned())));
        let no_time = |task: &Task| task.within.is_some_and(|within| within.0.is_zero());
        // Tasks without a time are not counted by a reader who looks for the nth.
        let timed = self.scenarios.iter().filter(|task| task.within.is_some()).enumerate();
        let timeless = timed.filter(|(_, task)| no_time(task));
        doubts
            .extend(timeless.map(|(index, _)| ("within", index, "expected some time: nobody could repair".to_owned())));
        if self.pass.0 <= 0.0 {
            doubts.push(("pass", 0, "expected more than 0%: nobody could fail".to_owned()));
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_candidate_has_a_seed_of_their_own_and_always_the_same() {
        let seed = |exam, candidate| Seed::PerCandidate.of(exam, candidate);
        assert_eq!(seed("smoke", "anna"), seed("smoke", "anna"));
        assert_ne!(seed("smoke", "anna"), seed("smoke", "boris"));
        assert_ne!(seed("smoke", "anna"), seed("senior", "anna"));
        assert_ne!(seed("a", "bc"), seed("ab", "c"), "where a name ends is part of it");
        assert!(seed("smoke", "anna") < 1 << 53);
        assert_eq!(Seed::Fixed(7).of("smoke", "anna"), 7);
    }
}
