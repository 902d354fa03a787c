//! `droplab conform`: is a scenario honest? Every play that it must pass and every play that it must fail, on the real lab.
//!
//! Each play is a `droplab run` of its own, as a person would start it: what is tried here is what people get.
//!
//! A machine that cannot bear a scenario's rate is asked for the rate that droplab proposes; the record says so.
//!
//! **Invariant**: needs nothing but the scenario; a play begins on a lab that is proven to be as before the first one, and what
//! was shown stays shown: an interrupted conformance goes on where it ended.

mod child;
mod ground;
mod history;
mod judged;
mod kept;
mod plays;
mod proof;
mod standing;
mod told;

use std::path::PathBuf;

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    screen,
};
use crate::{
    model::units::Rate,
    store::{self, scenarios},
};
use ground::Ground;
use history::History;
use plays::Play;

/// Arguments of `droplab conform`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab conform payment-pool-exhaustion                       each play once (a quarter of an hour)
  droplab conform payment-pool-exhaustion --times 10            ten rounds; goes on where it was interrupted
  droplab conform payment-pool-exhaustion --play cheat:scale-to-zero
  droplab conform payment-pool-exhaustion --list                the plays, without playing them
  droplab conform nothing-is-wrong --times 10 --into docs/conformance   evidence to check in; another machine goes on with it
  droplab conform --status --into docs/conformance              how far every scenario is, by that evidence

Plays: healthy, nothing, fix:NAME, cheat:NAME, trap:NAME, killed. Exit 0 when every play came out as it must, 1 when the
scenario is wrong, 3 when the lab erred twice, 4 when something of a fault is left.")]
pub struct Args {
    /// Its name (`droplab list`), or the path of a scenario file
    #[arg(required_unless_present = "status")]
    pub scenario: Option<String>,
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
    /// Only tell how far every scenario is, without playing
    #[arg(long, conflicts_with_all = ["scenario", "plays", "fresh", "list", "rate"])]
    pub status: bool,
    /// Requests a second of the traffic that decides, for a small machine [default: the scenario's, or what the latest
    /// play was shown at in which only the customers load the lab]
    #[arg(long, value_name = "RATE")]
    pub rate: Option<Rate>,
}

impl Args {
    /// The scenario; nothing where none is wanted.
    fn named(&self) -> &str {
        self.scenario.as_deref().unwrap_or_default()
    }
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.status {
        let all = standing::of_all(args.into.as_deref(), global.scenarios.as_deref())?;
        let json = || serde_json::to_string_pretty(&all).unwrap_or_default();
        screen::result(&if global.json() { json() } else { standing::table(&all) });
        return Ok(Exit::Pass);
    }
    let (id, scenario) = scenarios::read(global.scenarios.as_deref(), args.named())?;
    let all = plays::of(&scenario);
    let chosen = chosen(&all, &args.plays)?;
    if args.list {
        let plays = names(chosen.into_iter());
        let json = || serde_json::to_string_pretty(&plays).unwrap_or_default();
        screen::result(&if global.json() { json() } else { plays.join("\n") });
        return Ok(Exit::Pass);
    }
    let mut history = History::open(args.into.as_deref(), &id, &scenario, args.fresh)?;
    if let Some(note) = &history.note {
        screen::note(note);
    }
    let mut rate = args.rate.or_else(|| history.rate(&names(all.iter().filter(|play| play.is_of_customers_alone()))));
    let ground = Ground::of(global, args, &scenario).await?;
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

/// Where conformances have their own: the latest play, what is kept of earlier ones, and what was shown.
fn folder() -> PathBuf {
    store::home().join("conform")
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
