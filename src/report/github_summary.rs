//! `summary.md`: one table for `$GITHUB_STEP_SUMMARY`.
//!
//! **Invariant**: far below the 1 MiB that a step may write, whatever the run said: rows and cells are cut, and say so.

use std::fmt::Write as _;

use super::words::{self, clock, count};
use crate::model::verdict::Verdict;

const MOST_ROWS: usize = 200;
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
    for finding in verdict.findings.iter().take(MOST_ROWS) {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            words::mark(finding.truth),
            cell(&finding.expectation),
            cell(&finding.sentence)
        );
    }
    if verdict.findings.len() > MOST_ROWS {
        let _ = writeln!(text, "| | … | {} findings more, in verdict.json |", verdict.findings.len() - MOST_ROWS);
    }
    if let Some(score) = &verdict.score {
        for line in &score.lines {
            let _ =
                writeln!(text, "| {}/{} | {} | {} |", line.points, line.out_of, line.dimension, cell(&line.sentence));
        }
        if score.hint_cost > 0 {
            let _ = writeln!(text, "| -{} | hints | {} were told |", score.hint_cost, score.hints);
        }
        let _ = writeln!(text, "| **{}/{}** | score | |", score.points, score.out_of);
    }
    text
}

/// Text in a cell: on one line, cut, and neither a table nor markup of its own.
fn cell(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST_CELL).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_neither_breaks_the_table_nor_grows() {
        assert_eq!(cell("a|b\nc<d"), "a\\|b c&lt;d");
        assert_eq!(cell(&"x".repeat(5_000)).chars().count(), LONGEST_CELL + 1);
    }
}
