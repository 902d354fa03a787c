//! `droplab judge`: reach the verdict again, from a run's journal alone.
//!
//! **Invariant**: reads, and writes nothing; the scenario is the one that the run was planned with.

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    postmortem::kept,
    screen,
};
use crate::{
    judge,
    model::{timeline::Timeline, verdict::Verdict},
    report::Format,
    store::{
        self, journal,
        runs::{self, RunDir},
    },
};

/// Arguments of `droplab judge`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab judge                      the latest run
  droplab judge ./evidence --json    the verdict of that folder, as verdict.json
  droplab judge journal.jsonl        a journal that somebody sent

The exit code is the run's: 0 pass, 1 fail, 3 unknown, 4 left unhealed.")]
pub struct Args {
    /// A run's name, folder or journal; the latest when left out
    pub run: Option<String>,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (timeline, verdict) = judged(args.run.as_deref())?;
    let format = if global.json() { Format::Json } else { Format::Human };
    screen::result(format.render(&timeline, &verdict).trim_end());
    Ok(Exit::of(&verdict, &timeline))
}

/// An old run, judged by its own plan; what was learned is as its postmortem was reviewed.
pub(super) fn judged(name: Option<&str>) -> Result<(Timeline, Verdict), Failure> {
    let (run, timeline, verdict) = found(name)?;
    Ok((timeline, kept::learned(&run.path, verdict)?))
}

/// The same without the points of its postmortem, and with its folder.
pub(super) fn found(name: Option<&str>) -> Result<(RunDir, Timeline, Verdict), Failure> {
    let run = runs::find(&store::home(), name)?;
    let timeline = journal::read(&run.journal())?;
    let Some((_, plan, _)) = timeline.began() else {
        return Err(Failure::new(Code::JournalInvalid, format!("{} holds no run", run.journal().display())));
    };
    let verdict = judge::judge(&plan.scenario, &timeline);
    Ok((run, timeline, verdict))
}
