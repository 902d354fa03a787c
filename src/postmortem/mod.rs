//! What was learned: the draft of a postmortem from a run's journal, and its review against that journal.
//!
//! Reading Markdown is a library's work; the rubric, one file per group of lines, is ours. docs/postmortem.md has it as a table.
//!
//! **Invariant**: pure; the same file and the same journal give the same review, and no opinion scores.

mod cto;
mod document;
mod draft;
mod facts;
mod headings;
mod lang;
mod measures;
mod parse;
mod place;
mod reader;
pub mod review;
mod rubric;
mod tried;
mod words;

pub use document::Document;
pub use draft::draft;
pub use facts::Facts;
pub use headings::Heading;
pub use lang::Lang;
pub use measures::{Measure, measures};
pub use parse::parse;
pub use place::Problem;
pub use tried::{Seen, Tried, untouched_s};

use review::Review;
use rubric::paper::Paper;

/// Review a postmortem against its run, and against what came of those of its action items that were carried out.
pub fn review(document: &Document, facts: &Facts, tried: &[Tried]) -> Review {
    let paper = Paper::of(document, facts, tried);
    let lines = rubric::lines(&paper);
    let remarks = cto::remarks(&paper, &lines);
    let points = lines.iter().map(|line| line.points).sum::<u32>().min(100);
    Review {
        run: facts.run.to_owned(),
        scenario: facts.scenario_id.to_owned(),
        lang: document.lang,
        sha256: document.sha256.clone(),
        points,
        out_of: 100,
        lines,
        remarks,
        alerts: paper.alerts.clone(),
        tried: paper.tried.clone(),
        not_measured: document.lang.pick(
            "Style and insight are not measured: this compares with the journal and with fixed lists of words.",
            "Стиль и глубина не измеряются: текст сверен с журналом и с постоянными списками слов.",
        ),
    }
}
