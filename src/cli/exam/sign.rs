//! `droplab exam sign`: sign a result where the candidate has never been.
//!
//! **Invariant**: only what its journals show is signed; what is signed stays as it was signed.

use std::path::PathBuf;

use super::{
    What, held,
    set::Set,
    verify::{beside, examines_somebody, parse, read, refused, shown, tell_unproven},
};
use crate::{
    cli::{
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        screen,
    },
    store::{
        self, keys,
        signed::{key_id, short},
    },
};

/// Arguments of `droplab exam sign`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam sign results/exam-result.json --exam exams/smoke.yaml --key exam.key

For a machine of the examiner's: the key then never lies where candidates' programs run. Every journal must be there, and is judged again;
whose exam it is, with which seed and for how many points, is taken from the examiner's own file. A trial of the exam (a rehearsal, the
reference, nobody) examines nobody, and is not signed without --allow-trial.")]
pub struct Args {
    /// The result, not signed yet
    pub result: PathBuf,
    /// The exam that was set
    #[command(flatten)]
    pub set: Set,
    /// The key that signs
    #[arg(long, value_name = "FILE", env = "DROPLAB_EXAM_KEY")]
    pub key: Option<String>,
    /// The folder of the runs' folders [default: the result's own]
    #[arg(long, value_name = "DIR")]
    pub runs: Option<PathBuf>,
    /// Sign also a trial of the exam (a rehearsal, the reference, nobody), which says nothing about anybody
    #[arg(long, alias = "allow-rehearsal")]
    pub allow_trial: bool,
}

/// The verb.
pub(super) fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let no_key = || Failure::new(Code::Usage, "no key to sign with").next("--key FILE, or DROPLAB_EXAM_KEY");
    let key = keys::signing(What::named(args.key.as_ref()).ok_or_else(no_key)?)?;
    let mut envelope = read(&args.result)?;
    if !envelope.signatures.is_empty() {
        return Err(Failure::new(Code::Usage, format!("{} is signed already", args.result.display()))
            .next("droplab exam verify RESULT --public exam.pub"));
    }
    let unbelieved = |why: &dyn std::fmt::Display| refused(&args.result, &[why.to_string()]);
    let result = parse(&args.result, &envelope.text().map_err(|why| unbelieved(&why))?)?;
    let no_exam =
        || Failure::new(Code::Usage, "no exam to hold it against").next("--exam FILE: your own copy of the exam");
    let sheet = args.set.sheet(global)?.ok_or_else(no_exam)?;
    let folder = args.runs.clone().unwrap_or_else(|| beside(&args.result));
    let held = held::held_against(&result, Some(&sheet), &folder, true).map_err(|why| refused(&args.result, &why))?;
    examines_somebody(&args.result, &result, args.allow_trial)?;
    tell_unproven(&held);
    envelope.sign(&key).map_err(|why| unbelieved(&why))?;
    let text = serde_json::to_string_pretty(&envelope).unwrap_or_default() + "\n";
    store::write_whole(&args.result, &text)?;
    shown(&result);
    if !global.quiet {
        screen::note(&format!("\n  signed with key {}", short(&key_id(&key.verifying_key()))));
    }
    Ok(Exit::Pass)
}
