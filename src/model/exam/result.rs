//! What an exam came to: the text that is signed.
//!
//! **Invariant**: later versions only add fields; an incident that the lab could not play is not examined, and never failed.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Hints;
use crate::model::{
    score::Score,
    verdict::{Times, Truth},
};

/// The payload of `exam-result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExamResult {
    /// The exam's id: its file's name.
    pub exam: String,
    /// Hash of the exam's file.
    pub exam_sha256: String,
    /// Who was examined.
    pub candidate: String,
    /// Who repairs: `person`, `program`, `agent`, `reference` (the scenarios' own repair) or `nobody`.
    pub repairs: String,
    /// The seed of every run.
    pub seed: u64,
    /// Whether the lab was the fake one: then this says nothing about any real system.
    pub rehearsal: bool,
    /// How it came out.
    pub outcome: Outcome,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// Points.
    pub points: f64,
    /// Of so many.
    pub out_of: u32,
    /// So many are a pass.
    pub pass_mark: f64,
    /// Whether hints were told, and whether they cost.
    pub hints: Hints,
    /// RFC 3339 UTC.
    pub began: String,
    /// RFC 3339 UTC.
    pub ended: String,
    /// droplab's version.
    pub droplab: String,
    /// The machine.
    pub host: Host,
    /// One for each of the exam's scenarios, in its order.
    pub scenarios: Vec<Examined>,
}

/// The machine on which it was held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// `linux`, `macos` …
    pub os: String,
    /// `x86_64`, `aarch64` …
    pub arch: String,
    /// Processors that droplab may use.
    pub processors: usize,
}

/// How an exam came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The points are a pass.
    Passed,
    /// They are none, whatever was not examined.
    Failed,
    /// What was not examined would decide.
    Incomplete,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Incomplete => "INCOMPLETE",
        })
    }
}

/// How one incident came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The system recovered.
    Passed,
    /// It did not, or not honestly.
    Failed,
    /// The lab erred twice, or the exam was stopped before.
    NotExamined,
}

/// One incident of the exam.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// The scenario's id.
    pub scenario: String,
    /// Whether its file was sealed.
    pub sealed: bool,
    /// How it came out.
    pub grade: Grade,
    /// Points.
    pub earned: f64,
    /// Of so many.
    pub points: u32,
    /// Why, in one sentence.
    pub why: String,
    /// How often it was played: twice where the lab erred first.
    pub tries: u32,
    /// The run that shows it; none where there was no whole run.
    pub shown: Option<Shown>,
}

/// The run that shows how an incident came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The run's id.
    pub run: String,
    /// Its folder, seen from the result's.
    pub folder: String,
    /// Hash of its journal.
    pub journal_sha256: String,
    /// The verdict.
    pub truth: Truth,
    /// The score card; none where the run is in doubt.
    pub score: Option<Score>,
    /// Moments, in seconds since the customers came.
    pub times: Times,
    /// The wall clock at its first event, RFC 3339 UTC.
    pub began: String,
    /// The wall clock at its last event.
    pub ended: String,
    /// The version of droplab that played it.
    pub droplab: String,
    /// What else than the scenario's file was asked for: the exam's time limit.
    pub adjusted: Vec<String>,
    /// The image of each container before anything was broken, by `deployment/container`.
    pub images: BTreeMap<String, String>,
    /// The lab's nodes, each with its data centre.
    pub nodes: BTreeMap<String, String>,
    /// PostgreSQL's settings of durability and capacity, before anything was broken.
    pub postgres: BTreeMap<String, String>,
}
