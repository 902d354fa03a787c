//! `classroom.txt`: what a step hands to GitHub Classroom's autograding reporter.
//!
//! **Invariant**: a run in doubt is `error`, never points lost; the points are those of the score card, and where no person has one, all or
//! none; a rehearsal says that it is one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{notes::notes, words};
use crate::model::{
    score::{Line, Score},
    verdict::{Truth, Verdict},
};

/// What survives has all points.
const WHOLE: u32 = 100;

pub(super) fn render(verdict: &Verdict) -> String {
    STANDARD.encode(content(verdict).to_string()) + "\n"
}

/// The document before it is encoded.
fn content(verdict: &Verdict) -> Value {
    let mut tests = beside(verdict);
    let Some(score) = &verdict.score else {
        // A service under test has no card: it survives, or it does not.
        let (status, points, out_of) = match verdict.truth {
            Truth::Pass => ("pass", WHOLE, WHOLE),
            Truth::Fail => ("fail", 0, WHOLE),
            Truth::Unknown => ("error", 0, 0),
        };
        tests.push(test(&verdict.scenario, status, points, out_of, &words::sentence(verdict)));
        return json!({ "version": 1, "status": status, "max_score": out_of, "tests": tests });
    };
    tests.extend(score.lines.iter().zip(points(score)).map(|(line, points)| {
        let status = if points == line.out_of { "pass" } else { "fail" };
        let name = format!("{} {}", verdict.scenario, line.dimension);
        let cost = line.points - points;
        let told =
            if cost > 0 { format!("{}; {cost} points went for hints", line.sentence) } else { line.sentence.clone() };
        test(&name, status, points, line.out_of, &told)
    }));
    let status = if verdict.truth == Truth::Pass { "pass" } else { "fail" };
    json!({ "version": 1, "status": status, "max_score": score.out_of, "tests": tests })
}

/// What stands beside the points, as tests that are worth none: of a test that is passed the reporter shows the name alone.
fn beside(verdict: &Verdict) -> Vec<Value> {
    let rehearsal = verdict.rehearsal.then(|| words::REHEARSAL.to_owned());
    let notes = notes(verdict).into_iter().map(|note| format!("{}: {}", note.title, note.lines.join("; ")));
    rehearsal.into_iter().chain(notes).map(|told| test(&told, "pass", 0, 0, &told)).collect()
}

/// The points of each line, with what hints cost taken off, the last ones first: the reporter adds them up.
fn points(score: &Score) -> Vec<u32> {
    let mut left = score.points;
    let of = |line: &Line| {
        let points = line.points.min(left);
        left -= points;
        points
    };
    score.lines.iter().map(of).collect()
}

fn test(name: &str, status: &str, points: u32, out_of: u32, message: &str) -> Value {
    json!({
        "name": name, "status": status, "score": points, "max_score": out_of, "message": message,
        "test_code": "droplab run", "filename": "", "line_no": 0, "execution_time": "0s",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::score::Dimension;

    /// With the lines as they stand hints cost nothing in a classroom.
    #[test]
    fn the_tests_add_up_to_the_score() {
        let line =
            |dimension, points, out_of| Line { dimension, points, out_of, sentence: String::new(), evidence: vec![] };
        let lines = vec![line(Dimension::Fix, 30, 30), line(Dimension::Safe, 20, 20), line(Dimension::Learn, 2, 20)];
        let score = Score::of(lines, 3);
        assert_eq!((score.points, points(&score)), (43, vec![30, 13, 0]));
    }
}
