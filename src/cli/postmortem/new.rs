//! `droplab postmortem new`: the draft of a run's postmortem.
//!
//! **Invariant**: what somebody has written is never written over, unless --force asks for it.

use std::path::{Path, PathBuf};

use super::{
    super::{
        exit::Exit,
        failure::{Code, Failure},
        flags::{Global, Lang},
        judge::found,
        screen,
    },
    kept,
};
use crate::{
    postmortem::{self, Facts},
    store::{
        self,
        runs::{self, RunDir},
    },
};

/// The draft's name in the run's folder.
const DRAFT: &str = "postmortem.md";

/// Arguments of `droplab postmortem new`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab postmortem new                              of the latest run, into the run's folder
  droplab postmortem new ./evidence --out 2026-11.md
  droplab postmortem new --lang ru                    in Russian

Times, numbers, commands and plots are filled in; what only a person can tell is left open between ‹ and ›.")]
pub struct Args {
    /// A run's name, folder or journal; the latest when left out
    pub run: Option<String>,
    /// The file to write; postmortem.md in the run's folder when left out
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (run, timeline, verdict) = found(args.run.as_deref())?;
    let no_run = || Failure::new(Code::JournalInvalid, format!("{} holds no run", run.journal().display()));
    let facts = Facts::of(&timeline, &verdict).ok_or_else(no_run)?;
    whole(&facts, &run.journal())?;
    let path = args.out.clone().unwrap_or_else(|| run.path.join(DRAFT));
    if path.exists() && !args.force {
        return Err(Failure::new(Code::Usage, format!("{} is there already; it is not written over", path.display()))
            .next("--out FILE for another one, --force to lose what is in it"));
    }
    let lang = match global.lang {
        Lang::En => postmortem::Lang::En,
        Lang::Ru => postmortem::Lang::Ru,
    };
    store::write_whole(&path, &postmortem::draft(&facts, lang))?;
    if global.json() {
        screen::result(&serde_json::json!({ "run": facts.run, "file": path.to_string_lossy() }).to_string());
    } else {
        screen::result(&path.display().to_string());
        if !global.quiet {
            let by = by_run(&path, &run, facts.run);
            screen::note(&format!(
                "  next: fill in what stands between ‹ and ›, then droplab postmortem review {}{by}",
                path.display()
            ));
        }
    }
    Ok(Exit::Pass)
}

/// What a review must be told beside its file: nothing, where it finds the run by itself.
fn by_run(file: &Path, run: &RunDir, name: &str) -> String {
    let finds_it = runs::find(&store::home(), Some(name)).is_ok() || kept::journal_beside(file, name).is_some();
    if finds_it { String::new() } else { format!(" --run {}", run.journal().display()) }
}

/// A run without an end goes on, or its journal was cut off: neither has a postmortem yet.
pub(super) fn whole(facts: &Facts, journal: &Path) -> Result<(), Failure> {
    if facts.timeline.lab_errors().is_some() {
        return Ok(());
    }
    let lines = facts.timeline.events.len();
    let why = format!(
        "{}:{lines}: the last line is not the end of a run: it goes on, or the journal was cut off",
        journal.display()
    );
    Err(Failure::new(Code::JournalInvalid, why).next("droplab heal   (when nothing goes on)"))
}
