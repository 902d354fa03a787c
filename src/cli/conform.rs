//! `droplab conform`: is a scenario honest? Every play that it must pass and every play that it must fail, on the real lab.
//!
//! Each play is a `droplab run` of its own, as a person would start it: what is tried here is what people get.
//!
//! A machine that cannot bear a scenario's rate is asked for the rate that droplab proposes; the record says so.
//!
//! **Invariant**: needs nothing but the scenario; a play begins on a lab that is proven to be as before the first one, and what
//! was shown stays shown: an interrupted conformance goes on where it ended.

mod child;
mod history;
mod judged;
mod plays;
mod proof;
mod told;

use std::{path::PathBuf, time::Instant};

use tokio_util::sync::CancellationToken;

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    interrupt, screen,
    steps::Steps,
};
use crate::{
    lab::lifecycle::progress::Progress as _,
    model::{scenario::Scenario, units::Rate},
    store::scenarios,
};
use history::{History, Shown};
use plays::Play;

/// Arguments of `droplab conform`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab conform payment-pool-exhaustion                       each play once (a quarter of an hour)
  droplab conform payment-pool-exhaustion --times 10            ten rounds; goes on where it was interrupted
  droplab conform payment-pool-exhaustion --play cheat:scale-to-zero
  droplab conform payment-pool-exhaustion --list                the plays, without playing them
  droplab conform nothing-is-wrong --times 10 --into docs/conformance   evidence to check in; another machine goes on with it

Plays: healthy, nothing, fix:NAME, cheat:NAME, trap:NAME, killed. Exit 0 when every play came out as it must, 1 when the
scenario is wrong, 3 when the lab erred twice, 4 when something of a fault is left.")]
pub struct Args {
    /// Its name (`droplab list`), or the path of a scenario file
    pub scenario: String,
    /// How many rounds
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub times: u32,
    /// Only these plays; as often as you like
    #[arg(long = "play", value_name = "NAME")]
    pub plays: Vec<String>,
    /// Forget what earlier rounds have shown
    #[arg(long)]
    pub fresh: bool,
    /// Keep what is shown in this folder and not in droplab's own: evidence that can be checked in
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Only list the plays
    #[arg(long)]
    pub list: bool,
    /// Requests a second of the traffic that decides, for a small machine [default: the scenario's, or what the latest
    /// play was shown at in which only the customers load the lab]
    #[arg(long, value_name = "RATE")]
    pub rate: Option<Rate>,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (id, scenario) = scenarios::read(global.scenarios.as_deref(), &args.scenario)?;
    let all = plays::of(&scenario);
    let chosen = chosen(&all, &args.plays)?;
    if args.list {
        for play in chosen {
            screen::result(&play.name());
        }
        return Ok(Exit::Pass);
    }
    let mut history = History::open(args.into.as_deref(), &id, &scenario, args.fresh);
    let mut rate = args.rate.or_else(|| history.rate(&names(all.iter().filter(|play| play.is_of_customers_alone()))));
    let before = {
        let _steps = watched(global, "the lab, back to its charts");
        proof::Before::of(global).await?
    };
    let ground = Ground { global, args, scenario: &scenario, before, stop: interrupt::token() };
    for round in 1..=args.times {
        for play in &chosen {
            if history.has(round, &play.name()) {
                continue;
            }
            let borne = ground.until_shown(round, play, rate, &mut history).await?;
            if play.is_of_customers_alone() {
                rate = borne;
            }
        }
    }
    let names = names(chosen.into_iter());
    screen::result(&if global.json() { history.json() } else { history.table(&names) });
    Ok(history.exit(&names))
}

fn names<'a>(plays: impl Iterator<Item = &'a Play<'a>>) -> Vec<String> {
    plays.map(Play::name).collect()
}

fn chosen<'a>(all: &'a [Play<'a>], wanted: &[String]) -> Result<Vec<&'a Play<'a>>, Failure> {
    let known = names(all.iter());
    if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
        let why = format!("no play `{unknown}`; there are {}", known.join(", "));
        return Err(Failure::new(Code::Usage, why));
    }
    Ok(all.iter().filter(|play| wanted.is_empty() || wanted.contains(&play.name())).collect())
}

/// A line that counts the seconds, where somebody watches; in a log a line for each play is enough.
fn watched(global: &Global, what: &str) -> Option<Steps> {
    let steps = screen::watched().then(|| Steps::show(global))?;
    steps.begin(what);
    Some(steps)
}

/// What all plays have in common.
struct Ground<'a> {
    global: &'a Global,
    args: &'a Args,
    scenario: &'a Scenario,
    before: proof::Before,
    stop: CancellationToken,
}

impl Ground<'_> {
    /// One play, and again if the lab itself erred: once, or twice where a slower rate is proposed each time. Each try is kept.
    /// Returns the rate that it was shown at.
    async fn until_shown(
        &self,
        round: u32,
        play: &Play<'_>,
        mut rate: Option<Rate>,
        history: &mut History,
    ) -> Result<Option<Rate>, Failure> {
        let name = play.name();
        let steps = watched(self.global, &format!("round {round} of {}, {name}", self.args.times));
        let tell = |text: &str| match &steps {
            Some(steps) => steps.warn(text),
            None => screen::note(&format!("    {text}")),
        };
        let (earlier, mut tries) = (history.tries(round, &name), 0);
        loop {
            tries += 1;
            let (shown, slower) = self.tried(round, play, rate, earlier + tries).await?;
            let most = if slower.is_some() { 3 } else { 2 };
            let (erred, said, seconds) = (shown.kind == judged::LAB_ERRED, shown.said.clone(), shown.seconds);
            let word = if shown.fine { "✓" } else { "✗" };
            history.keep(shown)?;
            if !erred || tries >= most {
                drop(steps);
                screen::note(&format!("  {word} round {round} of {}  {name:<28} {seconds:>4} s  {said}", self.args.times));
                return Ok(rate);
            }
            tell(&format!("{name} once more: {said}"));
            if let Some(slower) = slower {
                tell(&format!("this machine cannot bear the rate: on at {slower}"));
                rate = Some(slower);
            }
        }
    }

    /// One try, and the slower rate that is proposed after it.
    async fn tried(
        &self,
        round: u32,
        play: &Play<'_>,
        rate: Option<Rate>,
        tries: u32,
    ) -> Result<(Shown, Option<Rate>), Failure> {
        let began = Instant::now();
        self.before.proven(self.global).await?;
        let child::Played { outcome, slower } =
            child::play(self.global, self.args, self.scenario, play, (round, rate), &self.stop).await?;
        // Not this play's business alone: what it left would be the next one's.
        self.before.reset(self.global).await?;
        let shown = Shown {
            round,
            play: play.name(),
            fine: outcome.is_fine(),
            kind: outcome.kind(),
            seconds: began.elapsed().as_secs(),
            said: outcome.said(),
            rate,
            tries,
            when: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M").to_string(),
        };
        Ok((shown, slower))
    }
}
