//! `droplab exam`: several incidents in a row, points, and a result that can be proven.
//!
//! **Invariant**: an incident that the lab could not play is not examined; nobody fails by it.

mod args;
mod candidate;
mod evidence;
mod held;
mod host;
mod keygen;
mod left;
mod run;
mod seal;
mod set;
mod sign;
mod sitting;
mod tries;
mod verify;

use std::{ffi::OsString, path::Path};

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    screen,
};
use crate::model::{nearest::nearest, schema};

/// Arguments of `droplab exam`.
#[derive(Debug, clap::Args)]
// The arguments of `run` are a group of the same name, and a debug build panics where two groups have one.
#[group(skip)]
#[command(
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    subcommand_negates_reqs = true,
    override_usage = "droplab exam <FILE> [OPTIONS]\n       droplab exam <COMMAND>",
    after_help = "Examples:
  droplab exam keygen ~/examiner
  droplab exam exams/smoke.yaml --candidate anna --out results --key ~/examiner/exam.key      the same as `droplab exam run …`
  droplab exam verify results/exam-result.json --public ~/examiner/exam.pub --exam exams/smoke.yaml

docs/exams.md tells it as a story."
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub what: Option<What>,
    /// An exam to be held: what `run` is told
    #[command(flatten)]
    pub run: Option<args::Args>,
    /// Nothing may follow the FILE: here because a mistyped command would be called an unexpected argument of an exam
    #[arg(hide = true, trailing_var_arg = true)]
    pub rest: Vec<OsString>,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Examine a candidate: a person at this terminal, a program, or an agent
    Run(Box<args::Args>),
    /// Check a result: its signature, and the journals where they are at hand
    Verify(verify::Args),
    /// Sign a result that is not signed yet, after its journals were judged again
    Sign(sign::Args),
    /// Make the examiner's keys: one pair that signs and checks, one that seals and opens
    Keygen(keygen::Args),
    /// Seal a scenario, so that only the examiner's key opens it
    Seal(seal::Args),
    /// Print the language of exam files as a JSON Schema, for editors
    Schema,
}

impl What {
    /// The command that was probably meant by a word.
    fn meant(word: &str) -> Option<String> {
        let known = <Self as clap::Subcommand>::augment_subcommands(clap::Command::new("exam"));
        nearest(word, known.get_subcommands().map(clap::Command::get_name)).map(str::to_owned)
    }

    /// A key that a variable names; an empty one, as a CI server leaves it, names none.
    fn named(path: Option<&String>) -> Option<&std::path::Path> {
        path.filter(|path| !path.is_empty()).map(std::path::Path::new)
    }
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    match (&args.what, &args.run) {
        (Some(What::Run(args)), _) => run::main(global, args).await,
        (Some(What::Verify(args)), _) => verify::main(global, args),
        (Some(What::Sign(args)), _) => sign::main(global, args),
        (Some(What::Keygen(args)), _) => keygen::main(global, args),
        (Some(What::Seal(args)), _) => seal::main(global, args),
        (Some(What::Schema), _) => {
            screen::result(schema::exam_schema().trim_end());
            Ok(Exit::Pass)
        }
        (None, Some(run)) => {
            only_a_file(&run.exam, &args.rest)?;
            run::main(global, run).await
        }
        (None, None) => Err(Failure::new(Code::Usage, "no exam was named").next("droplab exam --help")),
    }
}

/// Refuse what is no exam's file: a command that was mistyped, or a word too many.
fn only_a_file(exam: &Path, rest: &[OsString]) -> Result<(), Failure> {
    let word = exam.display().to_string();
    if let Some(meant) = What::meant(&word).filter(|_| !exam.exists()) {
        let why = format!("there is no file `{word}`, and no command of that name");
        return Err(Failure::new(Code::Path, why).next(format!("did you mean droplab exam {meant}?")));
    }
    let Some(first) = rest.first() else { return Ok(()) };
    let why = format!("unexpected `{}` behind {word}: an exam is one file", first.to_string_lossy());
    Err(Failure::new(Code::Usage, why).next("droplab exam --help"))
}
