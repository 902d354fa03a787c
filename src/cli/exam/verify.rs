//! `droplab exam verify`: is a result what the examiner signed, and what its journals show?
//!
//! **Invariant**: exit 0 says that it is to be believed, not that the candidate passed.

use std::path::{Path, PathBuf};

use super::{
    held::{self, Held},
    set::Set,
};
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

Exit 0: it is to be believed, whatever it says; 1: it is not, and a sentence says why. Who tries an exam itself (a rehearsal, `--fix reference`
or `none`) examines nobody: such a result is believed only as the trial that it is (--allow-trial).")]
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
    /// Also the result of a trial of the exam (a rehearsal, the reference, nobody), which says nothing about anybody
    #[arg(long, alias = "allow-rehearsal")]
    pub allow_trial: bool,
}

/// The verb.
pub(super) fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let key = keys::verifying(&args.public)?;
    let envelope = read(&args.result)?;
    let text = envelope.believed(&key).map_err(|why| refused(&args.result, &[why.to_string()]))?;
    let result = parse(&args.result, &text)?;
    let folder = args.runs.clone().unwrap_or_else(|| beside(&args.result));
    let sheet = args.set.sheet(global)?;
    let held = held::held_against(&result, sheet.as_ref(), &folder, args.runs.is_some())
        .map_err(|why| refused(&args.result, &why))?;
    examines_somebody(&args.result, &result, args.allow_trial)?;
    tell_unproven(&held);
    if global.json() {
        screen::result(&text);
        return Ok(Exit::Pass);
    }
    shown(&result);
    let all = result.scenarios.iter().filter(|one| one.shown.is_some()).count();
    let (key, there) = (short(&key_id(&key)), held.there);
    screen::result(&format!(
        "\n  signed with key {key}; {there} of {all} journals were at hand, and judged again as signed"
    ));
    Ok(Exit::Pass)
}

/// Refuse a trial of the exam, which anybody passes, unless that was allowed aloud.
pub(super) fn examines_somebody(path: &Path, result: &ExamResult, allowed: bool) -> Result<(), Failure> {
    match result.trial() {
        Some((kind, why)) if !allowed => {
            let why = format!("{} ({kind}): {why}", result.outcome);
            Err(refused(path, &[why]).next("--allow-trial takes it as what it is, to try an exam itself"))
        }
        _ => Ok(()),
    }
}

/// What nothing shows, said aloud: it refutes nothing, and whoever believes the result should have read it.
pub(super) fn tell_unproven(held: &Held) {
    for what in &held.unproven {
        screen::note(&format!("not shown by any journal: {what}"));
    }
}

/// The result on the screen; of a trial, that it is one is said last as well.
pub(super) fn shown(result: &ExamResult) {
    screen::result(&report::exam::render(result));
    if let Some((kind, _)) = result.trial() {
        screen::result(&format!("\n  {} ({kind}): it says nothing about {}", result.outcome, result.candidate));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `--fix reference` earns the pass mark, and `verify` said exit 0 of it.
    #[test]
    fn the_reference_has_passed_nothing_until_that_is_allowed_aloud() {
        let text = r#"{
            "exam": "smoke", "exam_sha256": "a", "candidate": "anna", "repairs": "reference", "seed": 7, "rehearsal": false,
            "outcome": "passed", "interrupted": false, "points": 50.0, "out_of": 100, "pass_mark": 50.0, "hints": "cost",
            "began": "", "ended": "", "droplab": "", "host": { "os": "linux", "arch": "x86_64", "processors": 2 },
            "scenarios": [] }"#;
        let path = Path::new("exam-result.json");
        let mut result = parse(path, text).unwrap();
        let told = examines_somebody(path, &result, false).unwrap_err();
        assert_eq!(told.code, Code::ResultRefused);
        assert!(told.why.contains("PASSED (trial): droplab typed"), "{told}");
        assert!(told.next.as_deref().is_some_and(|next| next.starts_with("--allow-trial")), "{told}");
        assert_eq!(examines_somebody(path, &result, true), Ok(()));
        result.repairs = "program".into();
        assert_eq!(examines_somebody(path, &result, false), Ok(()));
    }
}
