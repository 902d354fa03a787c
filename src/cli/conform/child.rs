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
        room,
    },
    home, judge,
    model::{event::FaultState, scenario::Scenario, target, timeline::Timeline, units::Rate},
    store::{StoreError, journal, runs::JOURNAL},
};

/// A play that takes longer than this hangs.
const LONGEST: Duration = Duration::from_mins(15);
/// The latest moment of a kill, counted from the first blow.
const KILLED_WITHIN_MS: u64 = 20_000;
/// What to do when a play was not played to its end.
const AGAIN: &str = "the same command again: it goes on where it was";

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
    if until.is_cancelled() {
        return Err(Failure::new(Code::Interrupted, "between two plays: nothing is broken").next(AGAIN));
    }
    let folder = folder();
    room::make(&home::folder(), &global.lab, &folder)?;
    let mut child = start(global, args, scenario, play, rate, &folder)?;
    if *play == Play::Killed {
        return Ok(killed(global, &mut child, &folder, round, until).await?.into());
    }
    let status = tokio::select! {
        status = tokio::time::timeout(LONGEST, child.wait()) => status,
        () = until.cancelled() => return Err(interrupted(&mut child).await),
    };
    let Ok(Ok(status)) = status else {
        // What it has broken by then it heals, unless that hangs as well: then there is no room for another play.
        if !stop(&mut child).await {
            let _ = child.kill().await;
        }
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
    let ended = stop(child).await;
    let left = matches!(child.try_wait(), Ok(Some(status)) if status.code() == Some(4));
    if ended && !left {
        return Failure::new(Code::Interrupted, "the play was interrupted, and healed").next(AGAIN);
    }
    Failure::new(Code::Unhealed, "the play was interrupted, and has not healed what it broke")
        .next(format!("droplab heal, then {AGAIN}"))
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
    command.arg("run").arg(args.named()).arg("--out").arg(folder).arg("--quiet");
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
async fn killed(
    global: &Global,
    child: &mut Child,
    folder: &Path,
    round: u32,
    until: &CancellationToken,
) -> Result<Outcome, Failure> {
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
        if until.run_until_cancelled(tokio::time::sleep(Duration::from_millis(20))).await.is_none() {
            return Err(interrupted(child).await);
        }
    }
    let after = Duration::from_millis(target::mixed("killed", u64::from(round)) % KILLED_WITHIN_MS);
    if until.run_until_cancelled(tokio::time::sleep(after)).await.is_none() {
        return Err(interrupted(child).await);
    }
    let _ = child.kill().await;
    // In a group of its own: Ctrl-C at this terminal ends no heal.
    let heal = droplab(global)?.arg("heal").process_group(0).status().await;
    let is_closed = journal::read(&journal)?.unhealed().is_empty();
    let when = format!("killed {:.1} s after the first blow", after.as_secs_f64());
    Ok(match heal {
        Ok(status) => after_heal(&when, status.code(), is_closed),
        Err(error) => Outcome::LabErred(format!("droplab heal: {error}")),
    })
}

/// What a kill and the heal after it have shown; `is_closed`: the journal tells of nothing that may still be in.
fn after_heal(when: &str, code: Option<i32>, is_closed: bool) -> Outcome {
    match code {
        Some(0) if is_closed => Outcome::Fine(format!("{when}, and healed")),
        // Nothing is proven, neither way; what may still be in leaves no room for another play.
        Some(3) => Outcome::LabErred(format!("{when}; droplab heal could not tell whether anything is left")),
        Some(code) => Outcome::Residue(format!("{when}; droplab heal: exit code {code}")),
        None => Outcome::Residue(format!("{when}; droplab heal was killed")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::{cli::args::Cli, model::event::EventKind, run::ports::Journal as _, store::journal::Wall};

    /// Healed and not proven counted as something left, and was never played again.
    #[test]
    fn a_heal_that_cannot_prove_itself_shows_nothing() {
        let kind = |code, is_closed| after_heal("killed", code, is_closed).kind();
        assert_eq!(kind(Some(0), true), "fine");
        assert_eq!(kind(Some(3), true), judged::LAB_ERRED);
        for (code, is_closed) in [(Some(0), false), (Some(4), true), (Some(70), true), (None, true)] {
            assert_eq!(kind(code, is_closed), "residue", "{code:?}");
        }
    }

    /// Ctrl-C was not heard while a play waited for its kill, neither before its first blow nor after it.
    #[tokio::test]
    async fn ctrl_c_is_heard_while_a_kill_is_waited_for() {
        let global = Cli::try_parse_from(["droplab", "list"]).unwrap().global;
        let folder = tempfile::tempdir().unwrap();
        let stopped = CancellationToken::new();
        stopped.cancel();
        for is_begun in [false, true] {
            if is_begun {
                let mut journal = journal::JournalFile::create(&folder.path().join(JOURNAL), Wall::Real).unwrap();
                let state = FaultState::Injecting;
                journal.append(0.0, EventKind::Fault { step: 0, state, reason: None }).unwrap();
            }
            let mut play = tokio::process::Command::new("sleep").arg("5").kill_on_drop(true).spawn().unwrap();
            let heard = killed(&global, &mut play, folder.path(), 1, &stopped).await.unwrap_err();
            assert_eq!(heard.code, Code::Interrupted, "{heard}");
            assert!(play.try_wait().unwrap().is_some(), "it was not waited for");
        }
    }
}
