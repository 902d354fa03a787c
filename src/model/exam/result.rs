//! What an exam came to: the text that is signed.
//!
//! **Invariant**: later versions only add fields; an incident that the lab could not play is not examined, and never failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::Hints;
use crate::model::{
    score::Score,
    verdict::{Times, Truth},
};

/// Why an incident was not examined in which somebody stopped the exam.
pub const STOPPED: &str = "it was stopped";

/// The payload of `exam-result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExamResult {
    /// The exam's id: its file's name.
    pub exam: String,
    /// Hash of the exam's file.
    pub exam_sha256: String,
    /// Who was examined.
    pub candidate: String,
    /// Who repairs: `person`, `program`, `agent`, `service` (an image is examined, and nobody repairs), `reference` (the scenarios' own
    /// repair) or `nobody`.
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

impl ExamResult {
    /// What kind of a trial of the exam this is, and why it says nothing about anybody; none where somebody was examined.
    pub fn trial(&self) -> Option<(&'static str, &'static str)> {
        match self.repairs.as_str() {
            _ if self.rehearsal => Some(("rehearsal", "no lab was broken, so nobody has repaired one")),
            "reference" => Some(("trial", "droplab typed each scenario's own repair, so nobody was examined")),
            "nobody" => Some(("trial", "nobody was to repair anything, so nobody was examined")),
            _ => None,
        }
    }
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
    /// Memory that the container engine has: on a desktop that of its virtual machine. A rehearsal asks no engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Release of the kernel on which the engine's containers run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The engine with its version: `Docker 28.0.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
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
    /// What each image was that ran then, by reference: the id that the lab's nodes tell, and each of them where they do not hold the
    /// same one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<String, BTreeSet<String>>,
    /// The lab's nodes, each with its data centre.
    pub nodes: BTreeMap<String, String>,
    /// PostgreSQL's settings of durability and capacity, before anything was broken.
    pub postgres: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A result of the version before, which told neither images' ids nor the engine.
    const OLD: &str = r#"{
        "exam": "smoke", "exam_sha256": "a", "candidate": "anna", "repairs": "person", "seed": 7, "rehearsal": false,
        "outcome": "passed", "interrupted": false, "points": 50.0, "out_of": 100, "pass_mark": 50.0, "hints": "cost",
        "began": "2026-01-01T00:00:00Z", "ended": "2026-01-01T00:10:00Z", "droplab": "0.1.0",
        "host": { "os": "linux", "arch": "x86_64", "processors": 2 },
        "scenarios": [{
            "scenario": "brown-out", "sealed": false, "grade": "passed", "earned": 50.0, "points": 100, "why": "served",
            "tries": 1, "shown": {
                "run": "r", "folder": "1-brown-out", "journal_sha256": "b", "truth": "pass", "score": null,
                "times": {}, "began": "", "ended": "", "droplab": "0.1.0", "adjusted": [], "images": {}, "nodes": {},
                "postgres": {} } }] }"#;

    #[test]
    fn an_older_result_is_read_and_says_no_more_than_it_did() {
        let result: ExamResult = serde_json::from_str(OLD).unwrap();
        assert_eq!((&result.host.kernel, result.host.memory_bytes), (&None, None));
        assert!(result.scenarios[0].shown.as_ref().unwrap().digests.is_empty());
        let again = serde_json::to_string(&result).unwrap();
        assert!(["digests", "kernel", "memory_bytes"].iter().all(|new| !again.contains(new)), "{again}");
    }

    /// Whoever tries an exam with its own repairs has passed nothing.
    #[test]
    fn the_reference_and_nobody_are_trials_and_whoever_works_is_examined() {
        let kind = |repairs: &str, rehearsal| {
            let result: ExamResult = serde_json::from_str(OLD).unwrap();
            ExamResult { repairs: repairs.to_owned(), rehearsal, ..result }.trial().map(|(kind, _)| kind)
        };
        for repairs in ["person", "program", "agent", "service"] {
            assert_eq!((kind(repairs, false), kind(repairs, true)), (None, Some("rehearsal")), "{repairs}");
        }
        for repairs in ["reference", "nobody"] {
            assert_eq!((kind(repairs, false), kind(repairs, true)), (Some("trial"), Some("rehearsal")), "{repairs}");
        }
    }
}
