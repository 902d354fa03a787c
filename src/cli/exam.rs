//! `droplab exam`: several incidents in a row, points, and a result that can be proven.
//!
//! **Invariant**: an incident that the lab could not play is not examined; nobody fails by it.

mod args;
mod candidate;
mod evidence;
mod keygen;
mod run;
mod seal;
mod set;
mod sign;
mod sitting;
mod verify;

use super::{exit::Exit, failure::Failure, flags::Global, screen};
use crate::model::schema;

/// Arguments of `droplab exam`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam keygen ~/examiner
  droplab exam run exams/smoke.yaml --candidate anna --key ~/examiner/exam.key
  droplab exam verify results/exam-result.json --public exam.pub

docs/exams.md tells it as a story.")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
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
    /// A key that a variable names; an empty one, as a CI server leaves it, names none.
    fn named(path: Option<&String>) -> Option<&std::path::Path> {
        path.filter(|path| !path.is_empty()).map(std::path::Path::new)
    }
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::Run(args) => run::main(global, args).await,
        What::Verify(args) => verify::main(global, args),
        What::Sign(args) => sign::main(global, args),
        What::Keygen(args) => keygen::main(args),
        What::Seal(args) => seal::main(args),
        What::Schema => {
            screen::result(schema::exam_schema().trim_end());
            Ok(Exit::Pass)
        }
    }
}
