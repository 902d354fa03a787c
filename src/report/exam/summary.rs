//! `exam-summary.md`: an exam in one table, for the page of a CI job (`$GITHUB_STEP_SUMMARY`) and for people.
//!
//! **Invariant**: whatever a name or a reason holds, it stays in its cell.

use std::fmt::Write as _;

use super::{conditions, doubt, earned, graded, mark, sum};
use crate::{
    model::exam::result::{ExamResult, Outcome},
    report::cell::cell,
};

pub(super) fn render(result: &ExamResult) -> String {
    let sign = match result.outcome {
        Outcome::Passed => "✓",
        Outcome::Failed => "✗",
        Outcome::Incomplete => "?",
    };
    let candidate = cell(&result.candidate);
    let mut text = format!("### {sign} {}: candidate {candidate}, {}\n\n", result.outcome, sum(result));
    if let Some(doubt) = doubt(result) {
        let _ = writeln!(text, "> {doubt}\n");
    }
    let (exam, by) = (cell(&result.exam), cell(&result.repairs));
    let _ = writeln!(text, "exam {exam}, repaired by: {by}; {}\n", conditions(result));
    let _ = writeln!(text, "| incident | grade | earned | why |\n| --- | --- | --- | --- |");
    for (index, one) in result.scenarios.iter().enumerate() {
        let (number, scenario, why) = (index + 1, cell(&one.scenario), cell(&one.why));
        let (mark, grade, earned) = (mark(one.grade), graded(one), earned(one));
        let _ = writeln!(text, "| {number} {scenario} | {mark} {grade} | {earned} | {why} |");
    }
    text
}
