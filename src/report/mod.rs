//! A verdict and its timeline, written for whoever reads it.
//!
//! **Invariant**: pure; reports say what the verdict says, in other words only, and never more.

mod card;
pub mod catalogue;
mod cell;
mod classroom;
mod course;
mod csv;
pub mod exam;
pub mod github_annotations;
mod github_summary;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod notes;
pub mod series;
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
    /// A person with a browser: one file, no network.
    Html,
    /// The page of a CI job.
    GithubSummary,
    /// A spreadsheet.
    Csv,
    /// GitHub Classroom's reporter.
    Classroom,
}

impl Format {
    /// What a run leaves beside its journal when nothing else is asked for.
    pub const USUAL: [Self; 4] = [Self::Json, Self::Markdown, Self::Junit, Self::Html];

    /// Every one there is.
    pub const ALL: [Self; 8] = [
        Self::Human,
        Self::Markdown,
        Self::Json,
        Self::Junit,
        Self::Html,
        Self::GithubSummary,
        Self::Csv,
        Self::Classroom,
    ];

    /// The file in a run's folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Human => "report.txt",
            Self::Markdown => "report.md",
            Self::Json => "verdict.json",
            Self::Junit => "junit.xml",
            Self::Html => "report.html",
            Self::GithubSummary => "summary.md",
            Self::Csv => "series.csv",
            Self::Classroom => "classroom.txt",
        }
    }

    /// The report itself.
    pub fn render(self, timeline: &Timeline, verdict: &Verdict) -> String {
        match self {
            Self::Human => human::render(verdict),
            Self::Markdown => markdown::render(timeline, verdict),
            Self::Json => json::render(verdict),
            Self::Junit => junit::render(timeline, verdict),
            Self::Html => html::render(timeline, verdict),
            Self::GithubSummary => github_summary::render(verdict),
            Self::Csv => csv::render(timeline),
            Self::Classroom => classroom::render(verdict),
        }
    }
}

/// The score card alone, for a terminal; empty where a run has none.
pub fn card(verdict: &Verdict) -> String {
    card::human(verdict)
}

/// Name and content of each report.
pub fn render(formats: &[Format], timeline: &Timeline, verdict: &Verdict) -> Vec<(&'static str, String)> {
    formats.iter().map(|format| (format.file_name(), format.render(timeline, verdict))).collect()
}
