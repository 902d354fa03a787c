//! `droplab report`: an earlier run, written for whoever reads it.
//!
//! **Invariant**: from the journal alone; the exit code says only whether there was something to report.

use clap::ValueEnum;

use super::{exit::Exit, failure::Failure, flags::Global, judge::judged, screen};
use crate::report::Format;

/// Arguments of `droplab report`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab report                              the latest run, as Markdown
  droplab report ./evidence --format junit    for a CI server
  droplab report --format human               as the run itself printed it")]
pub struct Args {
    /// A run's name, folder or journal; the latest when left out
    pub run: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Wanted::Markdown)]
    pub format: Wanted,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    /// For a file or a ticket.
    Markdown,
    /// For a terminal.
    Human,
    /// For a machine: verdict.json.
    Json,
    /// For a CI server.
    Junit,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (timeline, verdict) = judged(args.run.as_deref())?;
    let format = match args.format {
        _ if global.json() => Format::Json,
        Wanted::Markdown => Format::Markdown,
        Wanted::Human => Format::Human,
        Wanted::Json => Format::Json,
        Wanted::Junit => Format::Junit,
    };
    screen::result(format.render(&timeline, &verdict).trim_end());
    Ok(Exit::Pass)
}
