//! `droplab judge`: reach the verdict again, from a run's journal alone.
//!
//! **Invariant**: reads, and writes nothing; the scenario is the one that the run was planned with.

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    lab,
    postmortem::kept,
    screen,
};
use crate::{
    judge,
    model::{timeline::Timeline, verdict::Verdict},
    report::{Format, words},
    store::{
        self, StoreError, journal,
        runs::{self, RunDir},
    },
};

/// Arguments of `droplab judge`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab judge                      the latest run
  droplab judge ./evidence --json    the verdict of that folder, as verdict.json
  droplab judge mail/anna.jsonl      a journal that somebody sent: that very file, whatever it is called

The exit code is the run's: 0 pass, 1 fail, 3 unknown, 4 left unhealed (but in a rehearsal, whose lab is gone), 130 interrupted and healed.")]
pub struct Args {
    /// A run's name, folder or journal; the latest when left out
    pub run: Option<String>,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (timeline, verdict) = judged(global, args.run.as_deref())?;
    let format = if global.json() { Format::Json } else { Format::Human };
    screen::result(format.render(&timeline, &verdict).trim_end());
    if verdict.rehearsal {
        return Ok(Exit::judged(&verdict, &timeline));
    }
    let exit = Exit::of(&verdict, &timeline);
    if exit == Exit::Unhealed {
        let its_lab = timeline.lab().unwrap_or_default();
        screen::note(&format!("  next: droplab heal{}   (something of it may be in the lab)", lab::flags(its_lab)));
    }
    Ok(exit)
}

/// An old run, judged by its own plan; what was learned is as its postmortem was reviewed. Beside a journal that lies by itself may be
/// another run's postmortem.
pub(super) fn judged(global: &Global, name: Option<&str>) -> Result<(Timeline, Verdict), Failure> {
    let (run, timeline, verdict) = found(name)?;
    if !global.quiet {
        for doubt in doubts(&timeline) {
            screen::note(&format!("warning: {doubt}"));
        }
    }
    let verdict = if run.lies_by_itself() { verdict } else { kept::learned(&run.path, verdict)? };
    Ok((timeline, verdict))
}

/// What a reader must know of a journal that can be read, before its verdict is believed.
fn doubts(timeline: &Timeline) -> Vec<String> {
    let ours = env!("CARGO_PKG_VERSION");
    let mut doubts = Vec::new();
    if let Some(other) = words::version(timeline).filter(|version| *version != ours) {
        doubts.push(format!("the journal was written by droplab {other}; this is {ours}, which may judge otherwise"));
    }
    if timeline.lab_errors().is_none() {
        doubts.push("the journal has no end: the run goes on, droplab was killed, or the file was cut off".to_owned());
    }
    doubts
}

/// The same without the points of its postmortem, and with its folder.
pub(super) fn found(name: Option<&str>) -> Result<(RunDir, Timeline, Verdict), Failure> {
    let run = runs::find(&store::home(), name)?;
    let timeline = match journal::read(&run.journal()) {
        Err(StoreError::Journal { line: 1, why, .. }) if run.lies_by_itself() => return Err(no_journal(&run, &why)),
        read => read?,
    };
    let Some((_, plan, _)) = timeline.began() else { return Err(no_run(&run, &timeline)) };
    let verdict = judge::judge(&plan.scenario, &timeline);
    Ok((run, timeline, verdict))
}

/// That a file which was named is something else.
fn no_journal(run: &RunDir, why: &str) -> Failure {
    let journal = run.journal();
    Failure::new(Code::RunUnknown, format!("{} is no journal of a run: {why}", journal.display()))
        .next("the name of a run, its folder, or its journal")
}

/// Why a journal that can be read shows nothing to judge.
fn no_run(run: &RunDir, timeline: &Timeline) -> Failure {
    if timeline.injection().is_some() {
        let why = format!("{}: a fault by hand has no customers, so no verdict and no report", run.id);
        return Failure::new(Code::Usage, why).next("droplab fault list   (what is in)");
    }
    if run.lies_by_itself() {
        return no_journal(run, "it begins with none");
    }
    Failure::new(Code::JournalInvalid, format!("{} holds no run", run.journal().display()))
}
