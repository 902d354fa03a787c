//! `droplab exam keygen`: the examiner's keys.
//!
//! **Invariant**: no key is written over, and what must stay secret is readable by its owner alone.

use std::path::PathBuf;

use crate::{
    cli::{exit::Exit, failure::Failure, screen},
    store::keys,
};

/// Arguments of `droplab exam keygen`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam keygen ~/examiner

exam.key signs results, exam.pub checks them; seal.pub seals scenarios, seal.key opens them. Give away the two that end in .pub only.")]
pub struct Args {
    /// Where the four files go
    pub folder: PathBuf,
}

/// The verb.
pub(super) fn main(args: &Args) -> Result<Exit, Failure> {
    let paths = keys::make(&args.folder)?;
    let words = [
        "signs results: keep it",
        "checks results: give it away",
        "opens sealed scenarios: keep it",
        "seals scenarios: give it away",
    ];
    for (path, word) in paths.iter().zip(words) {
        screen::result(&format!("{}  {word}", path.display()));
    }
    Ok(Exit::Pass)
}
