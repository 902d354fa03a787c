//! Is a result that of the exam which the examiner has set?
//!
//! **Invariant**: what a result says of its exam is believed for nothing: all of it follows from the exam's file and the candidate's name.

use std::path::PathBuf;

use super::What;
use crate::{
    cli::{failure::Failure, flags::Global},
    model::{
        exam::{Hints, result::ExamResult},
        plan::Plan,
    },
    plan::{self, Overrides},
    report::exam::number,
    store::{
        exams::{self, Paper, Sheet},
        sealed,
    },
};

/// The exam that was set, as the examiner has it.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The exam's file, the examiner's own copy
    #[arg(long, value_name = "FILE")]
    pub exam: Option<PathBuf>,
    /// The key that opens its sealed scenarios
    #[arg(long, value_name = "FILE", env = "DROPLAB_EXAM_IDENTITY")]
    pub identity: Option<String>,
}

impl Set {
    /// The exam with its scenarios, where it was named.
    pub(super) fn sheet(&self, global: &Global) -> Result<Option<Sheet>, Failure> {
        let Some(exam) = &self.exam else { return Ok(None) };
        let identity = What::named(self.identity.as_ref()).map(sealed::identity).transpose()?;
        Ok(Some(exams::read(exam, global.scenarios.as_deref(), identity.as_ref())?))
    }
}

/// What of a result is not as this exam has it.
pub(super) fn other_than(result: &ExamResult, sheet: &Sheet) -> Vec<String> {
    let Sheet { id, sha256, exam, papers } = sheet;
    let mut wrong = Vec::new();
    let mut expect = |what: &str, has: String, wanted: String| {
        if has != wanted {
            wrong.push(format!("{what} is {has}, and {wanted} in the exam that was set"));
        }
    };
    expect("the exam", result.exam.clone(), id.clone());
    expect("the hash of the exam's file", result.exam_sha256.clone(), sha256.clone());
    expect("the pass mark", number(result.pass_mark), number(exam.pass_mark()));
    expect("the sum of all points", result.out_of.to_string(), exam.out_of().to_string());
    let seed = exam.seed.of(id, &result.candidate);
    expect(&format!("the seed of candidate {}", result.candidate), result.seed.to_string(), seed.to_string());
    expect("the number of incidents", result.scenarios.len().to_string(), papers.len().to_string());
    for (number, (one, paper)) in result.scenarios.iter().zip(papers).enumerate() {
        let told =
            |id: &str, points: u32, sealed| format!("{id}, {points} points{}", if sealed { ", sealed" } else { "" });
        let what = format!("incident {}", number + 1);
        let is = told(&one.scenario, one.points, one.sealed);
        expect(&what, is, told(&paper.id, paper.task.points, paper.sealed));
    }
    if result.hints != exam.hints {
        wrong.push(format!("hints: {} in the result, {} in your exam", word(result.hints), word(exam.hints)));
    }
    wrong
}

/// As an exam's file says it.
fn word(hints: Hints) -> &'static str {
    match hints {
        Hints::None => "none",
        Hints::Cost => "cost",
        Hints::Free => "free",
    }
}

/// Why a run is not one of this incident as it was set: its file, its time, its hints. A smaller rate is not hidden: the verdict tells it.
pub(super) fn otherwise_played(played: &Plan, paper: &Paper, hints: Hints) -> Option<String> {
    let mut scenario = paper.scenario.clone();
    if hints == Hints::None {
        scenario.hints.clear();
    }
    let overrides = Overrides {
        rate: plan::main_rate(&played.scenario),
        within: paper.task.within,
        under_test: played.under_test.clone(),
        ..Overrides::default()
    };
    let (before, seed) = (played.injection.before.clone(), played.injection.seed);
    let mut wanted = match plan::compile(&paper.id, &scenario, before, seed, &overrides) {
        Ok(plan) => plan,
        Err(why) => return Some(format!("its journal's lab could not have played it: {why}")),
    };
    wanted.scenario.forget_answers();
    (wanted.scenario != played.scenario || wanted.adjusted != played.adjusted)
        .then(|| "its journal is of another version of the scenario, or of other conditions than the exam's".to_owned())
}
