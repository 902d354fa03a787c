//! `droplab heal`: take out what an earlier run left in the lab, from its journal alone.
//!
//! **Invariant**: works in another process and another version; the latest run is healed first, so that the lab ends up as it
//! was before the oldest.

use super::{
    connect::for_healing,
    exit::Exit,
    failure::{Code, Failure},
    fault::turns::turn,
    flags::Global,
    screen,
};
use crate::{
    judge::residue::{self, Proof},
    log,
    model::timeline::Timeline,
    run::{
        heal::{self, HealError},
        ports::Ports,
    },
    store::{
        self,
        journal::{self, JournalFile},
        runs::{self, Open, RunDir},
    },
    terminal::plain::{Manner, Plain},
};

/// Arguments of `droplab heal`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab heal                       whatever any run left in this lab
  droplab heal ./evidence            what this run left
  droplab heal --lab class-3         in another lab

Healing twice is the same as once. Exit 4 when something is still left.")]
pub struct Args {
    /// A run's name, folder or journal; every unhealed run of this lab when left out
    pub run: Option<String>,
    /// Every unhealed run of this lab (the default)
    #[arg(long, conflicts_with = "run")]
    pub all: bool,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let _mine = turn(global, "droplab heal").await?;
    for gone in runs::forget_gone(&store::home())? {
        screen::note(&format!("warning: {gone}"));
    }
    let open = match &args.run {
        None => runs::unhealed(&store::home(), &global.lab),
        Some(name) => named(global, name)?,
    };
    healed_and_told(global, &open).await
}

/// `droplab fault heal ID`: the same for one fault, whoever holds it.
pub(super) async fn healed_by_name(global: &Global, id: &str) -> Result<Exit, Failure> {
    let _mine = turn(global, &format!("droplab fault heal {id}")).await?;
    healed_and_told(global, &named(global, id)?).await
}

/// Heal what can be read; what cannot be read is named, and keeps the exit code from being a clean one.
async fn healed_and_told(global: &Global, open: &Open) -> Result<Exit, Failure> {
    for why in &open.broken {
        screen::note(&format!("warning: a journal cannot be read as a whole: {why}"));
    }
    let healed = heal(global, &open.runs).await?;
    if open.broken.is_empty() {
        return Ok(healed);
    }
    let next = "look at the lab (droplab status, droplab reset), then move these files away";
    Err(Failure::new(Code::Unhealed, open.broken.join("\n")).next(next))
}

async fn heal(global: &Global, open: &[(RunDir, Timeline)]) -> Result<Exit, Failure> {
    if open.is_empty() {
        return Ok(said(global, &[], &[], "nothing to heal"));
    }
    let lab = for_healing(global).await?;
    let done = each(global, open, &lab).await;
    lab.actuator.leave().await;
    let names: Vec<_> = open.iter().rev().map(|(run, _)| run.id.clone()).collect();
    if !done.stuck.is_empty() {
        let all = [done.stuck, done.proof.left].concat().join("\n");
        return Err(Failure::new(Code::Unhealed, all).next("droplab status, then droplab heal again"));
    }
    if !done.proof.left.is_empty() {
        // Every op of the way back was done, so that the journals are closed: healing again would do nothing.
        let next = "droplab reset; if it is still there, droplab down and droplab up";
        return Err(Failure::new(Code::Unhealed, done.proof.left.join("\n")).next(next));
    }
    if !done.proof.doubts.is_empty() {
        let why = format!("healed, and not proven: {}", done.proof.doubts.join("\n"));
        return Err(Failure::new(Code::LabError, why).next("droplab status, then droplab reset"));
    }
    Ok(said(global, &names, &done.kept, &format!("healed: {}", names.join(", "))))
}

/// What came of a heal.
#[derive(Default)]
struct Healed {
    /// Whose way back could not be gone.
    stuck: Vec<String>,
    /// What the others can show for themselves.
    proof: Proof,
    /// What was not set back because somebody had changed it since.
    kept: Vec<String>,
}

/// Heal them, the last one first. One that cannot be healed keeps none of the older ones in.
async fn each(global: &Global, open: &[(RunDir, Timeline)], lab: &Ports) -> Healed {
    let mut all = Healed::default();
    for (run, timeline) in open.iter().rev() {
        match one(global, lab, run, timeline).await {
            Ok(healed) => {
                all.stuck.extend(healed.stuck);
                all.proof.left.extend(healed.proof.left);
                all.proof.doubts.extend(healed.proof.doubts);
                all.kept.extend(healed.kept);
            }
            Err(failure) => all.stuck.push(format!("{}: {failure}", run.id)),
        }
    }
    all
}

/// A run by its name, if anything of it may be left.
fn named(global: &Global, name: &str) -> Result<Open, Failure> {
    let run = runs::find(&store::home(), Some(name))?;
    let (timeline, broken) = journal::read_what_is_whole(&run.journal())?;
    if timeline.injection().is_none() {
        // Without its first line there is no way back in it.
        return Err(broken.map_or_else(|| HealError::NoPlan.into(), Failure::from));
    }
    if timeline.injection().is_some_and(|(.., rehearsal)| rehearsal) {
        return Err(Failure::new(Code::Usage, "a rehearsal touches no lab, so there is nothing to heal"));
    }
    let its_lab = timeline.lab().unwrap_or_default();
    if its_lab != global.lab {
        // The way back of one lab does nothing on another, or harm; and its journal would be closed.
        let why = format!("{name} is a run on lab {its_lab}, and not on {}", global.lab);
        return Err(Failure::new(Code::Usage, why).next(format!("the same with --lab {its_lab}")));
    }
    let broken = broken.iter().map(ToString::to_string).collect();
    Ok(Open { runs: if timeline.unhealed().is_empty() { Vec::new() } else { vec![(run, timeline)] }, broken })
}

/// Heal one run.
async fn one(global: &Global, lab: &Ports, run: &RunDir, timeline: &Timeline) -> Result<Healed, Failure> {
    if journal::read(&run.journal()).is_err() {
        let aside = journal::set_aside(&run.journal(), timeline)?;
        screen::note(&format!("healing from what can be read; the whole file is {}", aside.display()));
    }
    log::into_folder(&run.path);
    let mut journal = JournalFile::resume(&run.journal(), timeline)?;
    let manner = Manner { candid: true, quiet: global.quiet, ..Manner::default() };
    let mut watcher = Plain::new(anstream::stderr(), manner);
    let healed = heal::from_journal(timeline, lab, &mut journal, &mut watcher).await?;
    let stuck =
        healed.unhealed().into_iter().map(|step| format!("{}: the fault of step {} is stuck", run.id, step + 1));
    Ok(Healed { stuck: stuck.collect(), proof: residue::proof(&healed, timeline.events.len()), kept: healed.kept() })
}

/// Close what earlier runs left open in a lab of this name that does not exist any more. A run that still goes on will see for
/// itself: its journal is its own. Whoever calls this holds the lab.
pub(super) fn close_what_is_gone(lab: &str) {
    for (run, timeline) in runs::unhealed(&store::home(), lab).runs {
        let mut nobody = Plain::new(std::io::sink(), Manner { quiet: true, ..Manner::default() });
        let closed = JournalFile::resume(&run.journal(), &timeline)
            .map_err(Failure::from)
            .and_then(|mut journal| Ok(heal::gone_with_the_lab(&timeline, &mut journal, &mut nobody)?));
        if let Err(failure) = closed {
            screen::note(&format!("warning: the journal of {} stays open: {failure}", run.id));
        }
    }
}

fn said(global: &Global, healed: &[String], kept: &[String], sentence: &str) -> Exit {
    if global.json() {
        screen::result(&serde_json::json!({ "healed": healed, "kept": kept }).to_string());
    } else {
        screen::result(sentence);
        for what in kept {
            screen::result(&format!("kept: {what}"));
        }
    }
    Exit::Pass
}
