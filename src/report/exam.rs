//! What an exam came to: for a person at a terminal, and in files of its own for a CI server.
//!
//! **Invariant**: says what the result says; what was not examined is never called failed.

mod junit;
mod summary;

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;

use super::words;
use crate::model::exam::result::{ExamResult, Examined, Grade, Outcome};

/// The whole result.
pub fn render(result: &ExamResult) -> String {
    let mut text = String::new();
    if let Some(doubt) = doubt(result) {
        let _ = writeln!(text, "{}\n", doubt.bold());
    }
    let outcome = result.outcome.to_string();
    let outcome = match result.outcome {
        Outcome::Passed => outcome.green().bold().to_string(),
        Outcome::Failed => outcome.red().bold().to_string(),
        Outcome::Incomplete => outcome.yellow().bold().to_string(),
    };
    let _ =
        writeln!(text, "{outcome}  exam {}, candidate {} ({})", result.exam.bold(), result.candidate, result.repairs);
    let _ = writeln!(text, "{}; {}\n", sum(result), conditions(result));
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

/// The files beside the result: name and content of each.
pub fn files(result: &ExamResult) -> [(&'static str, String); 2] {
    [("exam-summary.md", summary::render(result)), ("exam-junit.xml", junit::render(result))]
}

/// One incident of it.
pub fn line(number_of: usize, one: &Examined) -> String {
    let mark = mark(one.grade);
    let mark = match one.grade {
        Grade::Passed => mark.green().to_string(),
        Grade::Failed => mark.red().to_string(),
        Grade::NotExamined => mark.yellow().to_string(),
    };
    format!("{mark} {number_of} {}  {}  {} points  {}", one.scenario, graded(one), earned(one), one.why)
}

/// Points, without decimals that say nothing.
pub fn number(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Why this says nothing about anybody, if it does not.
fn doubt(result: &ExamResult) -> Option<String> {
    if result.rehearsal {
        return Some(words::REHEARSAL.to_owned());
    }
    result.trial().map(|(kind, why)| format!("A {kind} of the exam: {why}."))
}

fn sum(result: &ExamResult) -> String {
    let (points, out_of, mark) = (number(result.points), result.out_of, number(result.pass_mark));
    format!("{points} of {out_of} points, {mark} are a pass")
}

fn conditions(result: &ExamResult) -> String {
    let stopped = if result.interrupted { "; it was stopped before its end" } else { "" };
    format!("{}{stopped}", result.hints)
}

fn mark(grade: Grade) -> &'static str {
    match grade {
        Grade::Passed => "✓",
        Grade::Failed => "✗",
        Grade::NotExamined => "?",
    }
}

/// How an incident was graded, and at which try.
fn graded(one: &Examined) -> String {
    let word = match one.grade {
        Grade::Passed => "passed",
        Grade::Failed => "failed",
        Grade::NotExamined => "not examined",
    };
    let again = if one.tries > 1 { ", at the second try" } else { "" };
    format!("{word}{again}")
}

fn earned(one: &Examined) -> String {
    format!("{} of {}", number(one.earned), one.points)
}

#[cfg(test)]
mod tests {
    use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

    use super::*;

    const NASTY: &str = "a|b <c> \"d\" & `e`\n| x | y |";

    fn result() -> ExamResult {
        let text = r#"{
            "exam": "smoke", "exam_sha256": "a", "candidate": "anna", "repairs": "program", "seed": 7, "rehearsal": false,
            "outcome": "incomplete", "interrupted": true, "points": 12.5, "out_of": 130, "pass_mark": 65.0, "hints": "cost",
            "began": "", "ended": "", "droplab": "", "host": { "os": "linux", "arch": "x86_64", "processors": 2 },
            "scenarios": [
                { "scenario": "brown-out", "sealed": false, "grade": "passed", "earned": 12.5, "points": 25,
                  "why": "served again", "tries": 1, "shown": null },
                { "scenario": "poison-pill", "sealed": false, "grade": "failed", "earned": 0.0, "points": 30,
                  "why": "3 | 4 parcels are lost", "tries": 2, "shown": null },
                { "scenario": "retry-storm", "sealed": false, "grade": "not-examined", "earned": 0.0, "points": 40,
                  "why": "the lab erred: <late>", "tries": 2, "shown": null },
                { "scenario": "dc-1-down", "sealed": false, "grade": "not-examined", "earned": 0.0, "points": 35,
                  "why": "the exam did not get there", "tries": 0, "shown": null }] }"#;
        serde_json::from_str(text).unwrap()
    }

    fn file(result: &ExamResult, name: &str) -> String {
        files(result).into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    #[test]
    fn the_summary_is_one_table() {
        let told = "### ? INCOMPLETE: candidate anna, 12.5 of 130 points, 65 are a pass

exam smoke, repaired by: program; hints cost; it was stopped before its end

| incident | grade | earned | why |
| --- | --- | --- | --- |
| 1 brown-out | ✓ passed | 12.5 of 25 | served again |
| 2 poison-pill | ✗ failed, at the second try | 0 of 30 | 3 \\| 4 parcels are lost |
| 3 retry-storm | ? not examined, at the second try | 0 of 40 | the lab erred: &lt;late> |
| 4 dc-1-down | ? not examined | 0 of 35 | the exam did not get there |
";
        assert_eq!(file(&result(), "exam-summary.md"), told);
        let trial = ExamResult { repairs: "reference".to_owned(), ..result() };
        assert!(file(&trial, "exam-summary.md").contains("\n> A trial of the exam: droplab typed "));
        let rehearsed = ExamResult { rehearsal: true, ..result() };
        assert!(file(&rehearsed, "exam-summary.md").contains(words::REHEARSAL));
    }

    #[test]
    fn what_failed_is_a_failure_and_what_the_lab_could_not_play_is_an_error() {
        let report = Report::deserialize_from_str(&file(&result(), "exam-junit.xml")).unwrap();
        let [suite] = &report.test_suites[..] else { panic!("{report:?}") };
        assert_eq!((suite.tests, suite.failures, suite.errors, suite.disabled), (4, 1, 1, 1));
        let kind = |status: &TestCaseStatus| match status {
            TestCaseStatus::Success { .. } => "passed",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "failure",
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "error",
            TestCaseStatus::Skipped { .. } => "skipped",
        };
        let kinds: Vec<_> = suite.test_cases.iter().map(|case| kind(&case.status)).collect();
        assert_eq!(kinds, ["passed", "failure", "error", "skipped"]);
        let property = |name: &str| {
            let found = suite.properties.iter().find(|property| property.name.as_str() == name);
            found.map(|property| property.value.as_str().to_owned()).unwrap_or_default()
        };
        let told = ["outcome", "points", "mark", "candidate"].map(property);
        assert_eq!(told, ["incomplete", "12.5", "65", "anna"]);
    }

    /// A name decides nothing about how its report reads.
    #[test]
    fn no_name_breaks_the_table_or_the_file() {
        let one = Examined { scenario: NASTY.to_owned(), why: NASTY.to_owned(), ..result().scenarios.remove(0) };
        let scenarios = vec![one];
        let nasty = ExamResult { candidate: NASTY.to_owned(), exam: NASTY.to_owned(), scenarios, ..result() };
        let summary = file(&nasty, "exam-summary.md");
        let rows: Vec<_> = summary.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 3, "{summary}");
        let bars = |row: &str| row.replace("\\|", "").matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == 5) && !summary.contains("<c>"), "{summary}");
        let report = Report::deserialize_from_str(&file(&nasty, "exam-junit.xml")).unwrap();
        assert_eq!(report.test_suites[0].test_cases.len(), 1);
        assert!(report.test_suites[0].properties.iter().any(|one| one.value.as_str().contains("a|b <c> \"d\" & `e`")));
    }
}
