//! A verdict and its timeline, written for whoever reads it.
//!
//! **Invariant**: pure; reports say what the verdict says, in other words only, and never more.

mod human;
mod json;
mod junit;
mod markdown;
pub mod words;

use crate::model::{timeline::Timeline, verdict::Verdict};

/// For whom a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A person at a terminal; may hold colour, which the stream strips where it has no place.
    Human,
    /// A person with a file.
    Markdown,
    /// A machine.
    Json,
    /// A CI server.
    Junit,
}

impl Format {
    /// The file in a run's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Human => "report.txt",
            Self::Markdown => "report.md",
            Self::Json => "verdict.json",
            Self::Junit => "junit.xml",
        }
    }

    /// The report itself.
    pub fn render(self, timeline: &Timeline, verdict: &Verdict) -> String {
        match self {
            Self::Human => human::render(verdict),
            Self::Markdown => markdown::render(timeline, verdict),
            Self::Json => json::render(verdict),
            Self::Junit => junit::render(timeline, verdict),
        }
    }
}

/// Name and content of each report.
pub fn render(formats: &[Format], timeline: &Timeline, verdict: &Verdict) -> Vec<(&'static str, String)> {
    formats.iter().map(|format| (format.file_name(), format.render(timeline, verdict))).collect()
}
