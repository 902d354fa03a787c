//! `classroom.txt`: what a step hands to GitHub Classroom's autograding reporter.
//!
//! **Invariant**: a run in doubt is `error`, never points lost; the points are those of the score card.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::words;
use crate::model::verdict::{Truth, Verdict};

pub(super) fn render(verdict: &Verdict) -> String {
    STANDARD.encode(content(verdict).to_string()) + "\n"
}

/// The document before it is encoded.
fn content(verdict: &Verdict) -> Value {
    let Some(score) = &verdict.score else {
        let test = test(&verdict.scenario, "error", 0, 0, &words::sentence(verdict));
        return json!({ "version": 1, "status": "error", "max_score": 0, "tests": [test] });
    };
    let tests: Vec<Value> = score
        .lines
        .iter()
        .map(|line| {
            let status = if line.points == line.out_of { "pass" } else { "fail" };
            let name = format!("{} {}", verdict.scenario, line.dimension);
            test(&name, status, line.points, line.out_of, &line.sentence)
        })
        .collect();
    let status = if verdict.truth == Truth::Pass { "pass" } else { "fail" };
    json!({ "version": 1, "status": status, "max_score": score.out_of, "tests": tests })
}

fn test(name: &str, status: &str, points: u32, out_of: u32, message: &str) -> Value {
    json!({
        "name": name, "status": status, "score": points, "max_score": out_of, "message": message,
        "test_code": "droplab run", "filename": "", "line_no": 0, "execution_time": "0s",
    })
}
