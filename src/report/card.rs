//! The score card, as a person would share it.
//!
//! **Invariant**: a line is points, a reason and its evidence; a run in doubt has no card.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;

use super::cell::cell;
use crate::model::verdict::Verdict;

const BAR: u32 = 10;

/// For a terminal; empty without a score.
pub(super) fn human(verdict: &Verdict) -> String {
    let Some(score) = &verdict.score else { return String::new() };
    let mut text = format!("\n  {:<16} {}\n", "score", format!("{} of {}", score.points, score.out_of).bold());
    for line in &score.lines {
        let _ = writeln!(
            text,
            "  {:<9} {} {:>2}/{:<2} {}",
            line.dimension.to_string(),
            bar(line.points, line.out_of),
            line.points,
            line.out_of,
            line.sentence
        );
    }
    if score.hints > 0 {
        let _ = writeln!(text, "  {:<9} {} taken, {} points", "hints", score.hints, -i64::from(score.hint_cost));
    }
    text
}

/// For a file; empty without a score.
pub(super) fn markdown(verdict: &Verdict) -> String {
    let Some(score) = &verdict.score else { return String::new() };
    let mut text = format!(
        "## Score: {} of {}\n\n| | points | why | evidence |\n| --- | --- | --- | --- |\n",
        score.points, score.out_of
    );
    for line in &score.lines {
        let evidence: Vec<_> = line.evidence.iter().map(|seq| format!("[{seq}]")).collect();
        let why = cell(&line.sentence);
        let _ = writeln!(
            text,
            "| {} | {} of {} | {why} | {} |",
            line.dimension,
            line.points,
            line.out_of,
            evidence.join(" ")
        );
    }
    if score.hints > 0 {
        let _ = writeln!(text, "| hints | -{} | {} taken | |", score.hint_cost, score.hints);
    }
    text.push('\n');
    text
}

fn bar(points: u32, out_of: u32) -> String {
    let full = (points * BAR).checked_div(out_of).unwrap_or_default().min(BAR) as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(BAR as usize - full))
}
