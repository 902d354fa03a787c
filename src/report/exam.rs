//! What an exam came to, for a person at a terminal.
//!
//! **Invariant**: says what the result says; what was not examined is never called failed.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;

use super::words;
use crate::model::exam::result::{ExamResult, Examined, Grade, Outcome};

/// The whole result.
pub fn render(result: &ExamResult) -> String {
    let mut text = String::new();
    if result.rehearsal {
        let _ = writeln!(text, "{}\n", words::REHEARSAL.bold());
    }
    let outcome = result.outcome.to_string();
    let outcome = match result.outcome {
        Outcome::Passed => outcome.green().bold().to_string(),
        Outcome::Failed => outcome.red().bold().to_string(),
        Outcome::Incomplete => outcome.yellow().bold().to_string(),
    };
    let _ =
        writeln!(text, "{outcome}  exam {}, candidate {} ({})", result.exam.bold(), result.candidate, result.repairs);
    let (points, out_of, mark) = (number(result.points), result.out_of, number(result.pass_mark));
    let stopped = if result.interrupted { "; it was stopped before its end" } else { "" };
    let _ = writeln!(text, "{points} of {out_of} points, {mark} are a pass; {}{stopped}\n", result.hints);
    for (index, one) in result.scenarios.iter().enumerate() {
        let _ = writeln!(text, "  {}", line(index + 1, one));
        let score = one.shown.as_ref().and_then(|shown| shown.score.as_ref());
        if let Some(score) = score {
            let mut parts: Vec<_> =
                score.lines.iter().map(|line| format!("{} {}/{}", line.dimension, line.points, line.out_of)).collect();
            parts.extend((score.hints > 0).then(|| format!("{} hints -{}", score.hints, score.hint_cost)));
            let _ = writeln!(text, "      {}", parts.join(" · "));
        }
    }
    text.trim_end().to_owned()
}

/// One incident of it.
pub fn line(number_of: usize, one: &Examined) -> String {
    let (mark, word) = match one.grade {
        Grade::Passed => ("✓".green().to_string(), "passed"),
        Grade::Failed => ("✗".red().to_string(), "failed"),
        Grade::NotExamined => ("?".yellow().to_string(), "not examined"),
    };
    let again = if one.tries > 1 { ", at the second try" } else { "" };
    let (earned, points) = (number(one.earned), one.points);
    format!("{mark} {number_of} {}  {word}{again}  {earned} of {points} points  {}", one.scenario, one.why)
}

/// Points, without decimals that say nothing.
pub fn number(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
