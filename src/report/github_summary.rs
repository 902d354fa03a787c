//! `summary.md`: one table for `$GITHUB_STEP_SUMMARY`.
//!
//! **Invariant**: below the 1 MiB that a step may write, whatever the run said: rows and cells are cut, and say so.

use std::fmt::Write as _;

use super::{
    cell::cell,
    notes::notes,
    words::{self, clock, count},
};
use crate::model::verdict::Verdict;

const MOST_ROWS: usize = 200;
/// Of what stands beside the findings, of each kind.
const MOST_LINES: usize = 20;
const LONGEST_CELL: usize = 400;

pub(super) fn render(verdict: &Verdict) -> String {
    let mut text =
        format!("### {} {}: {}\n\n", words::mark(verdict.truth), words::word(verdict.truth), verdict.scenario);
    if verdict.rehearsal {
        let _ = writeln!(text, "> {}\n", words::REHEARSAL);
    }
    let _ = writeln!(text, "| | what | finding |\n| --- | --- | --- |");
    let impact = &verdict.impact;
    if impact.requests > 0 {
        let (failed, requests) = (count(impact.failed), count(impact.requests));
        let out = clock(impact.out_of_slo_s);
        let _ = writeln!(text, "| | impact | {failed} of {requests} requests failed, {out} out of the objective |");
    }
    for note in notes(verdict) {
        for line in note.lines.iter().take(MOST_LINES) {
            let _ = writeln!(text, "| | {} | {} |", note.label, short(line));
        }
        if note.lines.len() > MOST_LINES {
            let _ = writeln!(text, "| | … | {} lines more, in verdict.json |", note.lines.len() - MOST_LINES);
        }
    }
    for finding in verdict.findings.iter().take(MOST_ROWS) {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            words::mark(finding.truth),
            short(&finding.expectation),
            short(&finding.sentence)
        );
    }
    if verdict.findings.len() > MOST_ROWS {
        let _ = writeln!(text, "| | … | {} findings more, in verdict.json |", verdict.findings.len() - MOST_ROWS);
    }
    if let Some(score) = &verdict.score {
        for line in &score.lines {
            let _ =
                writeln!(text, "| {}/{} | {} | {} |", line.points, line.out_of, line.dimension, short(&line.sentence));
        }
        if score.hint_cost > 0 {
            let _ = writeln!(text, "| -{} | hints | {} were told |", score.hint_cost, score.hints);
        }
        let _ = writeln!(text, "| **{}/{}** | score | |", score.points, score.out_of);
    }
    text
}

/// Text in a cell, cut.
fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST_CELL).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cell(&cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::{Finding, Truth};

    #[test]
    fn a_cell_neither_breaks_the_table_nor_grows() {
        assert_eq!(short("a|b\nc<d"), "a\\|b c&lt;d");
        assert_eq!(short(&"x".repeat(5_000)).chars().count(), LONGEST_CELL + 1);
    }

    #[test]
    fn whatever_a_run_said_a_step_may_write_it() {
        let long = || "<".repeat(1_000);
        let finding = Finding { expectation: long(), truth: Truth::Fail, sentence: long(), evidence: vec![] };
        let lines = vec![long(); 1_000];
        let verdict = Verdict {
            rehearsal: true,
            residue: lines.clone(),
            drift: lines.clone(),
            kept: lines.clone(),
            adjusted: lines,
            ..Verdict::of(Truth::Fail, vec![finding; 1_000])
        };
        let text = render(&verdict);
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
        assert!(text.contains("| 980 lines more, in verdict.json |") && text.contains("| 800 findings more,"));
    }
}
