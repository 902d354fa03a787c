//! `droplab exam verify`: is a result what the examiner signed, and what its journals show?
//!
//! **Invariant**: exit 0 says that it is to be believed, not that the candidate passed.

use std::path::{Path, PathBuf};

use super::{evidence, set::Set};
use crate::{
    cli::{
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        screen,
    },
    model::exam::result::ExamResult,
    report,
    store::{
        keys,
        signed::{Envelope, Unbelieved, key_id, short},
    },
};

/// Arguments of `droplab exam verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam verify results/exam-result.json --public exam.pub
  droplab exam verify results/exam-result.json --public exam.pub --runs results    every journal must be there
  droplab exam verify results/exam-result.json --public exam.pub --exam exams/smoke.yaml    and it is of this exam
  droplab exam verify results/exam-result.json --public exam.pub --json | jq .outcome

Exit 0: it is to be believed, whatever it says; 1: it is not, and a sentence says why. A rehearsal is no exam, and is believed only as one
(--allow-rehearsal).")]
pub struct Args {
    /// The result
    pub result: PathBuf,
    /// The examiner's key that checks: exam.pub
    #[arg(long, value_name = "FILE")]
    pub public: PathBuf,
    /// The exam that was set: the result must be one of it
    #[command(flatten)]
    pub set: Set,
    /// The folder of the runs' folders: each journal is judged again [default: the result's own folder, as far as they are there]
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    /// Also the result of a rehearsal, which says nothing about anybody
    #[arg(long)]
    pub allow_rehearsal: bool,
}

/// The verb.
pub(super) fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let key = keys::verifying(&args.public)?;
    let envelope = read(&args.result)?;
    let text = envelope.believed(&key).map_err(|why| refused(&args.result, &[why.to_string()]))?;
    let result = parse(&args.result, &text)?;
    let folder = args.runs.clone().unwrap_or_else(|| beside(&args.result));
    let sheet = args.set.sheet(global)?;
    let there = evidence::held_against(&result, sheet.as_ref(), &folder, args.runs.is_some())
        .map_err(|why| refused(&args.result, &why))?;
    held_on_a_lab(&args.result, &result, args.allow_rehearsal)?;
    if global.json() {
        screen::result(&text);
        return Ok(Exit::Pass);
    }
    shown(&result);
    let all = result.scenarios.iter().filter(|one| one.shown.is_some()).count();
    let key = short(&key_id(&key));
    screen::result(&format!(
        "\n  signed with key {key}; {there} of {all} journals were at hand, and judged again as signed"
    ));
    Ok(Exit::Pass)
}

/// Refuse what was played on the fake lab, where anybody passes, unless that was allowed aloud.
pub(super) fn held_on_a_lab(path: &Path, result: &ExamResult, allowed: bool) -> Result<(), Failure> {
    if !result.rehearsal || allowed {
        return Ok(());
    }
    let why = format!("{} (rehearsal): no lab was broken, so nobody has repaired one", result.outcome);
    Err(refused(path, &[why]).next("--allow-rehearsal takes it as what it is, to try an exam itself"))
}

/// The result on the screen; of a rehearsal, that it is one is said last as well.
pub(super) fn shown(result: &ExamResult) {
    screen::result(&report::exam::render(result));
    if result.rehearsal {
        screen::result(&format!("\n  {} (rehearsal): it says nothing about {}", result.outcome, result.candidate));
    }
}

/// A result's file.
pub(super) fn read(path: &Path) -> Result<Envelope, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    Envelope::read(&text).map_err(|why| refused(path, &[why.to_string()]))
}

/// What an envelope holds.
pub(super) fn parse(path: &Path, text: &str) -> Result<ExamResult, Failure> {
    let malformed = |error: serde_json::Error| refused(path, &[Unbelieved::Malformed(error.to_string()).to_string()]);
    serde_json::from_str(text).map_err(malformed)
}

/// The folder a file is in.
pub(super) fn beside(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

/// Why it is not to be believed, each in a sentence.
pub(super) fn refused(path: &Path, why: &[String]) -> Failure {
    let lines: Vec<_> = why.iter().map(|why| format!("{}: {why}", path.display())).collect();
    Failure::new(Code::ResultRefused, lines.join("\n"))
}
