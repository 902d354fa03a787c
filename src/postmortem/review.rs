//! What a review comes to: `postmortem.json`.
//!
//! **Invariant**: later versions only add fields; every line of it names a line of the file.

use serde::{Deserialize, Serialize};

use super::{lang::Lang, tried::Tried};

/// One line of the rubric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `P1` … `A6`.
    pub id: String,
    /// Points.
    pub points: u32,
    /// Of so many.
    pub out_of: u32,
    /// Why, in one sentence.
    pub reason: String,
    /// The line of the file to which it is tied.
    pub line: usize,
}

/// What kind of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What is strong.
    Strong,
    /// What is missing.
    Missing,
    /// The next incident, when nothing changes.
    Next,
}

/// What an experienced engineer would say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Which kind.
    pub kind: Kind,
    /// The line of the file to which it is tied.
    pub line: usize,
    /// In a sentence or two.
    pub text: String,
}

/// An alert of an action item, played over the recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The line of the item.
    pub line: usize,
    /// The condition.
    pub condition: String,
    /// Seconds by which it is sooner than the page; negative when later, none when it never goes off or cannot be read.
    pub sooner_s: Option<f64>,
    /// It goes off on a system that is well.
    pub noisy: bool,
    /// What came of it.
    pub sentence: String,
}

/// A whole review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The run's id.
    pub run: String,
    /// The scenario's id.
    pub scenario: String,
    /// The language of the file, and of this review.
    pub lang: Lang,
    /// SHA-256 of the file.
    pub sha256: String,
    /// All points, never more than a hundred.
    pub points: u32,
    /// Always a hundred.
    pub out_of: u32,
    /// The rubric.
    pub lines: Vec<Line>,
    /// Alerts of action items, played over the run.
    pub alerts: Vec<Alert>,
    /// Action items that were carried out, with the fault played again.
    #[serde(default)]
    pub tried: Vec<Tried>,
    /// The answer.
    pub remarks: Vec<Remark>,
    /// What this review does not measure.
    pub not_measured: String,
}
