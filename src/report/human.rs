//! The verdict on a terminal.
//!
//! **Invariant**: the verdict first, then what it cost, then why; nothing that fits no screen.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;

use super::{notes::notes, words};
use crate::model::verdict::{Truth, Verdict};

pub(super) fn render(verdict: &Verdict) -> String {
    let mut text = String::new();
    if verdict.rehearsal {
        let _ = writeln!(text, "{}\n", words::REHEARSAL.bold());
    }
    let verdict_word = format!("{} {}", words::mark(verdict.truth), words::word(verdict.truth));
    let _ = writeln!(text, "{}  {}", paint(verdict.truth, &verdict_word), verdict.scenario.bold());
    let _ = writeln!(text, "{}\n", words::sentence(verdict));
    for finding in &verdict.findings {
        let mark = paint(finding.truth, &words::mark(finding.truth).to_string());
        let _ = writeln!(text, "  {mark} {:<14} {}", finding.expectation, finding.sentence);
    }
    let moments: Vec<_> = words::moments(&verdict.times)
        .into_iter()
        .map(|(name, at_s)| format!("{name} {}", words::clock(at_s)))
        .collect();
    if !moments.is_empty() {
        let _ = writeln!(text, "\n  {:<16} {}", "times", moments.join(" · "));
    }
    let impact = &verdict.impact;
    if impact.requests > 0 {
        let _ = writeln!(
            text,
            "  {:<16} {} of {} requests failed, {} out of the objective",
            "impact",
            words::count(impact.failed),
            words::count(impact.requests),
            words::clock(impact.out_of_slo_s)
        );
    }
    for note in notes(verdict) {
        for line in note.lines {
            let _ = writeln!(text, "  {:<16} {line}", note.label);
        }
    }
    text += &super::card::human(verdict);
    if let Some(rate) = verdict.proposed_rate {
        let _ = writeln!(text, "\n  next: droplab run {} --rate {rate}", verdict.scenario);
    }
    text.trim_end().to_owned()
}

fn paint(truth: Truth, text: &str) -> String {
    match truth {
        Truth::Pass => text.green().bold().to_string(),
        Truth::Unknown => text.yellow().bold().to_string(),
        Truth::Fail => text.red().bold().to_string(),
    }
}
