//! `droplab exam keygen`: the examiner's keys.
//!
//! **Invariant**: no key is written over, and what must stay secret is readable by its owner alone.

use std::path::PathBuf;

use crate::{
    cli::{exit::Exit, failure::Failure, flags::Global, screen},
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
pub(super) fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let paths = keys::make(&args.folder)?;
    let words = [
        "signs results: keep it",
        "checks results: give it away",
        "opens sealed scenarios: keep it",
        "seals scenarios: give it away",
    ];
    let files = paths.iter().map(|path| path.display().to_string()).zip(words);
    if global.json() {
        let files: Vec<_> = files.map(|(file, what)| serde_json::json!({ "file": file, "what": what })).collect();
        screen::result(&serde_json::to_string_pretty(&files).unwrap_or_default());
        return Ok(Exit::Pass);
    }
    for (file, what) in files {
        screen::result(&format!("{file}  {what}"));
    }
    Ok(Exit::Pass)
}
