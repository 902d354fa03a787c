//! One play: a `droplab run` of its own, its journal and its verdict.
//!
//! **Invariant**: what the child did is read from its journal, never from what it printed.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::{
    Args,
    judged::{self, Outcome},
    plays::Play,
};
use crate::{
    cli::{
        child::{droplab, stop},
        failure::{Code, Failure},
        flags::Global,
    },
    home, judge,
    model::{event::FaultState, scenario::Scenario, target, timeline::Timeline, units::Rate},
    store::{StoreError, journal, runs::JOURNAL},
};

/// A play that takes longer than this hangs.
const LONGEST: Duration = Duration::from_mins(15);
/// The latest moment of a kill, counted from the first blow.
const KILLED_WITHIN_MS: u64 = 20_000;

/// A play that is over.
pub(super) struct Played {
    /// How it came out.
    pub(super) outcome: Outcome,
    /// The rate that this machine can be asked for, where it was too slow.
    pub(super) slower: Option<Rate>,
}

impl From<Outcome> for Played {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, slower: None }
    }
}

/// Play, and judge how it came out.
pub(super) async fn play(
    global: &Global,
    args: &Args,
    scenario: &Scenario,
    play: &Play<'_>,
    (round, rate): (u32, Option<Rate>),
    until: &CancellationToken,
) -> Result<Played, Failure> {
    let folder = folder();
    let _ = std::fs::remove_dir_all(&folder);
    let mut child = start(global, args, scenario, play, rate, &folder)?;
    if *play == Play::Killed {
        return Ok(killed(global, &mut child, &folder, round).await?.into());
    }
    let status = tokio::select! {
        status = tokio::time::timeout(LONGEST, child.wait()) => status,
        () = until.cancelled() => return Err(interrupted(&mut child).await),
    };
    let Ok(Ok(status)) = status else {
        let _ = child.kill().await;
        return Ok(Outcome::LabErred(format!("the play did not end within {} min", LONGEST.as_secs() / 60)).into());
    };
    let journal = folder.join(JOURNAL);
    if !journal.exists() {
        return Err(refused(&folder));
    }
    let timeline = journal::read(&journal)?;
    let verdict = judge::judge(timeline.began().map_or(scenario, |(_, plan, _)| &plan.scenario), &timeline);
    Ok(Played { outcome: judged::judged(play, status.code(), &timeline, &verdict), slower: verdict.proposed_rate })
}

/// Where the latest play is.
pub(super) fn folder() -> PathBuf {
    super::folder().join("play")
}

/// Where a play says what it would say to a person.
fn news(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

/// A play that never began has said why.
fn refused(folder: &Path) -> Failure {
    let said = std::fs::read_to_string(news(folder)).unwrap_or_default();
    let why = format!("droplab run would not begin the play:\n{}", said.trim());
    Failure::new(Code::LabError, why).next("the same command again, when that is mended: it goes on where it was")
}

/// Somebody wants it over: the child heals what it broke, and is waited for.
async fn interrupted(child: &mut Child) -> Failure {
    let why = if stop(child).await {
        "the play was interrupted, and healed"
    } else {
        "the play was interrupted, and still heals"
    };
    Failure::new(Code::Interrupted, why).next("the same command again: it goes on where it was")
}

fn start(
    global: &Global,
    args: &Args,
    scenario: &Scenario,
    play: &Play<'_>,
    rate: Option<Rate>,
    folder: &Path,
) -> Result<Child, Failure> {
    let mut command = droplab(global)?;
    command.arg("run").arg(&args.scenario).arg("--out").arg(folder).arg("--quiet");
    match play {
        Play::Healthy => command.arg("--healthy"),
        Play::Nothing | Play::Killed => command.args(["--fix", "none"]),
        Play::Fix(fix) => command.args(["--fix", &fix.name]),
        Play::Cheat(cheat) => command.args(["--cheat", &cheat.name]),
    };
    if let Some(patience) = play.patience(scenario) {
        command.args(["--within", &format!("{}s", patience.as_secs())]);
    }
    if let Some(rate) = rate {
        command.args(["--rate", &rate.to_string()]);
    }
    if let Some(scenarios) = &global.scenarios {
        command.arg("--scenarios").arg(scenarios);
    }
    let failed = |error: std::io::Error| Failure::new(Code::LabError, format!("start a play: {error}"));
    home::make_folder(folder.parent().unwrap_or(folder)).map_err(failed)?;
    let news = std::fs::File::create(news(folder)).map_err(failed)?;
    command.stderr(news).spawn().map_err(failed)
}

/// SIGKILL at a moment that the round draws; then `droplab heal`, and nothing may be left.
async fn killed(global: &Global, child: &mut Child, folder: &Path, round: u32) -> Result<Outcome, Failure> {
    let journal = folder.join(JOURNAL);
    let begun = |timeline: &Timeline| timeline.fault_states().values().any(|state| *state > FaultState::Planned);
    let deadline = tokio::time::Instant::now() + LONGEST;
    loop {
        match journal::read(&journal) {
            Ok(timeline) if begun(&timeline) => break,
            Err(error @ StoreError::Journal { .. }) => return Ok(Outcome::LabErred(error.to_string())),
            // Not there yet, or nothing is broken yet.
            _ => {}
        }
        if tokio::time::Instant::now() > deadline || matches!(child.try_wait(), Ok(Some(_))) {
            return Ok(Outcome::LabErred("the play ended before anything was broken".to_owned()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let after_ms = target::mixed("killed", u64::from(round)) % KILLED_WITHIN_MS;
    tokio::time::sleep(Duration::from_millis(after_ms)).await;
    let _ = child.kill().await;
    let healed = droplab(global)?.arg("heal").status().await;
    let timeline = journal::read(&journal)?;
    let when = format!("killed {:.1} s after the first blow", std::time::Duration::from_millis(after_ms).as_secs_f64());
    match healed {
        Ok(status) if status.success() && timeline.unhealed().is_empty() => {
            Ok(Outcome::Fine(format!("{when}, and healed")))
        }
        Ok(status) => Ok(Outcome::Residue(format!("{when}; droplab heal: {status}"))),
        Err(error) => Ok(Outcome::LabErred(format!("droplab heal: {error}"))),
    }
}
