//! `droplab postmortem try`: carry an action item out, play the same fault again, and say whether it hurts less or is seen sooner.
//!
//! **Invariant**: the lab is put back to its charts afterwards, whatever came of it; one play each, and it says so.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio_util::sync::CancellationToken;

use super::{
    super::{
        child,
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        health, interrupt, reset, room, screen,
    },
    kept,
    review::{facts_of, found_for, read},
};
use crate::{
    cli::connect::connect,
    home::{self, lock},
    judge,
    postmortem::{self, Facts, Measure, Seen, Tried},
    store::{
        journal,
        runs::{JOURNAL, RunDir},
    },
};

/// Arguments of `droplab postmortem try`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab postmortem try postmortem.md             every item whose check is `do: …`
  droplab postmortem try postmortem.md --item A3
  droplab postmortem try postmortem.md --json

The check of an item may be a command: `do: kubectl set env deployment/payment DB_POOL_WAIT_MS=200`. droplab types it on the lab as
its charts say, plays the run's fault again without a repair, compares the seconds in which nobody had done anything yet, and puts the lab back.
It takes one to three minutes an item. Exit 0 when each of them helps, 1 when one does not.")]
pub struct Args {
    /// The postmortem
    pub file: PathBuf,
    /// Only these items
    #[arg(long = "item", value_name = "ID")]
    pub items: Vec<String>,
    /// A run's name, folder or journal; the one that the file names when left out
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let document = read(&args.file)?;
    let (run, timeline, verdict) = found_for(&document, &args.file, args.run.as_deref())?;
    let facts = facts_of(&document, &args.file, &run, &timeline, &verdict)?;
    kept::is_of(&run.path, facts.run)?;
    let measures = chosen(args, &document)?;
    let refused = |why: &str| Failure::new(Code::Usage, format!("{}: {why}", facts.run));
    if facts.rehearsal {
        return Err(refused("it was a rehearsal: there is no lab on which it could be played again"));
    }
    let over_s = postmortem::untouched_s(&facts).ok_or_else(|| {
        refused("nothing to compare with: it has no seconds in which the fault was in and nobody did anything")
    })?;
    let recorded =
        Seen::of(&facts, over_s).ok_or_else(|| refused("nothing to compare with: its page watches no customers"))?;
    let stop = interrupt::token();
    let mut all = Vec::new();
    room::healed(&home::folder(), &global.lab)?;
    back_to_charts(global).await?;
    for measure in &measures {
        let with_it = played(global, &facts, &run, measure, over_s, &stop).await;
        // Also after a failure: what was typed is not left in somebody's lab.
        let back = back_to_charts(global).await;
        let tried = Tried::new(measure, over_s, recorded.clone(), with_it?, document.lang);
        back?;
        if !global.json() {
            screen::result(&format!("{}  {}:{}", tried.sentence, args.file.display(), measure.line));
        }
        all.push(tried);
        // One that cannot be carried out takes nothing away of those before it.
        kept::keep_tried(&run.path, &all)?;
    }
    if global.json() {
        screen::result(&serde_json::to_string_pretty(&all).unwrap_or_default());
    }
    Ok(if all.iter().all(|tried| tried.helps) { Exit::Pass } else { Exit::Fail })
}

fn chosen(args: &Args, document: &postmortem::Document) -> Result<Vec<Measure>, Failure> {
    let invalid = |problem| Failure::new(Code::PostmortemInvalid, format!("{}:{problem}", args.file.display()));
    let all = postmortem::measures(document).map_err(invalid)?;
    let known: Vec<_> = all.iter().map(|measure| measure.id.as_str()).collect();
    let usage = |why: String| Failure::new(Code::Usage, why).next("droplab postmortem try --help");
    if let Some(unknown) = args.items.iter().find(|id| !known.contains(&id.as_str())) {
        return Err(usage(format!("no item `{unknown}` can be carried out; there are: {}", known.join(", "))));
    }
    if all.is_empty() {
        return Err(usage(format!("{}: no item's check is a command, as in `do: kubectl …`", args.file.display())));
    }
    Ok(all.into_iter().filter(|measure| args.items.is_empty() || args.items.contains(&measure.id)).collect())
}

fn alone(global: &Global) -> Result<lock::Lock, Failure> {
    Ok(lock::alone(&home::folder(), &global.lab, "droplab postmortem try")?)
}

fn go_on(stop: &CancellationToken) -> Result<(), Failure> {
    let why = "it was interrupted; what was broken is healed, and the lab as its charts say";
    if stop.is_cancelled() { Err(Failure::new(Code::Interrupted, why).next("the same command again")) } else { Ok(()) }
}

async fn back_to_charts(global: &Global) -> Result<(), Failure> {
    let _alone = alone(global)?;
    reset::again(&Global { quiet: true, ..global.clone() }).await.map(drop)
}

/// Carry the item out on a lab as its charts say, and play the fault again.
async fn played(
    global: &Global,
    facts: &Facts<'_>,
    run: &RunDir,
    measure: &Measure,
    over_s: f64,
    stop: &CancellationToken,
) -> Result<Seen, Failure> {
    go_on(stop)?;
    screen::note(&format!("  {}  {}", measure.id, measure.action));
    {
        let _alone = alone(global)?;
        carry_out(global, measure).await?;
        ready(global).await?;
    }
    go_on(stop)?;
    screen::note(&format!("      the fault is played again, with nobody to repair it ({over_s:.0} s are compared)"));
    let folder = run.path.join("tried").join(&measure.id);
    room::make(&home::folder(), &global.lab, &folder)?;
    play(global, facts, &folder, over_s, stop).await?;
    let timeline = journal::read(&folder.join(JOURNAL))?;
    let verdict = judge::judge(facts.scenario, &timeline);
    let again = Facts::of(&timeline, &verdict).and_then(|again| Seen::of(&again, over_s));
    again.ok_or_else(|| Failure::new(Code::LabError, format!("{}: the fault was not played again", folder.display())))
}

async fn carry_out(global: &Global, measure: &Measure) -> Result<(), Failure> {
    let lab = connect(global, None).await?;
    for command in &measure.commands {
        screen::note(&format!("      {command}"));
        let (status, said) = lab.repairer.act(command).await?;
        if status != 0 {
            let why = format!("`{command}` ended with status {status}: {}", said.trim());
            return Err(Failure::new(Code::Usage, why).next("droplab shell   (to try it by hand)"));
        }
    }
    Ok(())
}

/// What was typed may have to roll out before the customers come.
async fn ready(global: &Global) -> Result<(), Failure> {
    const TRIES: u32 = 60;
    let mut tries = 0;
    loop {
        tries += 1;
        match health::healthy(global).await {
            Err(_) if tries < TRIES => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
            found => return found,
        }
    }
}

/// The recorded run's own scenario once more, with the same customers and the same seed.
async fn play(
    global: &Global,
    facts: &Facts<'_>,
    folder: &Path,
    over_s: f64,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(Code::LabError, format!("start a run: {error}"));
    let mut command = child::droplab(global)?;
    command.args(["run", facts.scenario_id, "--handed", "--fix", "none", "--quiet", "--out"]).arg(folder);
    command.args(["--within", &format!("{over_s:.0}s"), "--seed", &facts.seed.to_string()]);
    let mut run = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    child::hand(&mut run, facts.scenario).await;
    tokio::select! {
        ended = run.wait() => ended.map(drop).map_err(failed),
        () = stop.cancelled() => {
            child::stop(&mut run).await;
            go_on(stop)
        }
    }
}
