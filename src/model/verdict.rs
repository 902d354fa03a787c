//! What a run came to.
//!
//! **Invariant**: later versions only add fields; every finding names its evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{score::Score, units::Rate};

/// Three-valued truth; the worst wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// Shown to hold.
    Pass,
    /// Cannot be told.
    Unknown,
    /// Shown not to hold.
    Fail,
}

/// `verdict.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The run's id.
    pub run: String,
    /// The scenario's id.
    pub scenario: String,
    /// Whether the lab was the fake one: then this says nothing about any real system.
    pub rehearsal: bool,
    /// The run's seed.
    pub seed: u64,
    /// The worst of all findings.
    pub truth: Truth,
    /// One for each expectation, then those about the run itself.
    pub findings: Vec<Finding>,
    /// Moments, in seconds since the run began.
    pub times: Times,
    /// Each probe's course.
    pub probes: BTreeMap<String, Course>,
    /// What it cost the customers.
    pub impact: Impact,
    /// What proves that the fault took effect.
    pub effect: Effect,
    /// What is left of the faults after healing; empty when all is well.
    pub residue: Vec<String>,
    /// What else is different from before: the person's own changes, left as they are.
    pub drift: Vec<String>,
    /// What a fault had set and somebody has changed since: it was not set back.
    #[serde(default)]
    pub kept: Vec<String>,
    /// Where the person asked for something else than the scenario's file says.
    pub adjusted: Vec<String>,
    /// The payments a second that this machine can be asked for, when it was too slow.
    pub proposed_rate: Option<Rate>,
    /// The score card; none where the run is in doubt.
    #[serde(default)]
    pub score: Option<Score>,
}

#[cfg(test)]
impl Verdict {
    /// One that says nothing beside these findings.
    pub(crate) fn of(truth: Truth, findings: Vec<Finding>) -> Self {
        Self {
            run: "r".into(),
            scenario: "s".into(),
            rehearsal: false,
            seed: 1,
            truth,
            findings,
            times: Times::default(),
            probes: BTreeMap::new(),
            impact: Impact::default(),
            effect: Effect::default(),
            residue: vec![],
            drift: vec![],
            kept: vec![],
            adjusted: vec![],
            proposed_rate: None,
            score: None,
        }
    }
}

/// What it cost the customers, from the first injection to the repair (or to the end).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// Requests that should have been served.
    pub requests: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Seconds in which the page's condition was met.
    pub out_of_slo_s: f64,
    /// From the page to the repair.
    pub page_to_repair_s: Option<f64>,
}

/// One thing that was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The expectation's id (of a replay `then/ID`); or, of the run itself: `baseline`, `symptom`, `bystander`, `lease`, `page`,
    /// `load`, `aftermath`, `residue`, `lab`.
    pub expectation: String,
    /// How it came out.
    pub truth: Truth,
    /// One sentence with the numbers in it.
    pub sentence: String,
    /// `seq`s of the events that show it.
    pub evidence: Vec<u64>,
}

impl Finding {
    /// Whether it says which trap the person walked into.
    pub fn names_a_trap(&self) -> bool {
        self.truth == Truth::Fail && self.sentence.contains("(trap: ")
    }
}

/// Moments of a run, in seconds since it began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The first fault was in.
    pub injected_s: Option<f64>,
    /// The first failed request of the outage, by the time at which it was meant to be sent.
    #[serde(default)]
    pub onset_s: Option<f64>,
    /// The symptom was seen.
    pub symptom_s: Option<f64>,
    /// The page went out.
    pub paged_s: Option<f64>,
    /// The first moment from which customers were served as before.
    pub repaired_s: Option<f64>,
    /// The end of the hold window.
    pub recovered_s: Option<f64>,
}

/// A probe before, at its worst, and in the end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Over the baseline.
    pub baseline: Option<f64>,
    /// The worst second after the first injection.
    pub worst: Option<f64>,
    /// Over the last hold window.
    #[serde(rename = "final")]
    pub last: Option<f64>,
}

/// What proves that the fault took effect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The symptom, with its number.
    pub symptom: Option<String>,
    /// A bystander that was not meant to suffer, with its number.
    pub bystander: Option<String>,
    /// Requests that exercised the fault.
    pub exercised: u64,
    /// Gauges at their peak.
    pub gauges: BTreeMap<String, f64>,
    /// Packets that met each fault's rules, by `step N KEY`; faults that the kernel does not count are not here.
    #[serde(default)]
    pub counters: BTreeMap<String, u64>,
    /// What did it, where this machine had the choice: `netem` or `NFQUEUE helper`, by the same names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engines: BTreeMap<String, String>,
}
