//! `droplab postmortem`: write down what was learned, and have it reviewed.
//!
//! **Invariant**: only `try` touches a lab; the journal is read and never written.

pub mod attempt;
mod comment;
pub(super) mod kept;
pub mod new;
pub mod review;
mod shown;

use super::{exit::Exit, failure::Failure, flags::Global};

/// Arguments of `droplab postmortem`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab postmortem new                     a draft of the latest run: times, numbers and plots are in it
  droplab postmortem review postmortem.md    points by the rubric, and what an experienced engineer would say
  droplab postmortem try postmortem.md       carry its action items out, and play the fault again

The rubric and the formats: docs/postmortem.md")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do with a postmortem.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Write the draft of a run's postmortem
    New(new::Args),
    /// Review a postmortem against its run's journal
    Review(review::Args),
    /// Carry its action items out, play the fault again, and say whether they help
    Try(attempt::Args),
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(args) => new::main(global, args),
        Verb::Review(args) => review::main(global, args).await,
        Verb::Try(args) => attempt::main(global, args).await,
    }
}
