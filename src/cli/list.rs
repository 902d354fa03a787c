//! `droplab list`: the incidents that can be played, and whether this host can.
//!
//! **Invariant**: gives nothing away but titles; what nobody measured is called untested.

use super::{
    exit::Exit,
    failure::Failure,
    flags::{Global, Lang},
    screen,
};
use crate::{
    lab::host::needs::{Fit, Room},
    model::scenario::Scenario,
    report::catalogue::catalogue,
    store,
};

/// Arguments of `droplab list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab list
  droplab list --lang ru
  droplab list --markdown --scenarios ./ours > incidents.md
  droplab list --json | jq -r '.[].id'

Columns: level, theme, par (what a practised engineer takes from page to recovery), what it needs, and whether this host has it.
A rate is tested by the run itself, in its baseline, before anything is broken.")]
pub struct Args {
    /// A page of all of them, with their stories
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    for id in store::scenarios::ids(global.scenarios.as_deref())? {
        rows.push(store::scenarios::read(global.scenarios.as_deref(), &id)?);
    }
    if args.markdown {
        screen::result(catalogue(&rows, global.lang == Lang::Ru).trim_end());
        return Ok(Exit::Pass);
    }
    let room = Room::look().await;
    let fits = rows.iter().map(|(_, scenario)| room.fits(&scenario.needs));
    if global.json() {
        let rows: Vec<_> = rows.iter().zip(fits).map(|((id, scenario), fit)| json(id, scenario, &fit)).collect();
        screen::result(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(Exit::Pass);
    }
    let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    let needed = rows.iter().map(|(_, scenario)| scenario.needs.to_string().len()).max().unwrap_or_default();
    for ((id, scenario), fit) in rows.iter().zip(fits) {
        let title = scenario.title.of(global.lang == Lang::Ru);
        let theme = scenario.theme.map(|theme| theme.to_string()).unwrap_or_default();
        let par = scenario.par.map(|par| format!("par {par}")).unwrap_or_default();
        let needs = scenario.needs.to_string();
        let host = word(&fit);
        screen::result(&format!(
            "{id:<width$}  level {}  {theme:<10}  {par:<7}  {needs:<needed$}  {host:<8}  {title}",
            scenario.level
        ));
        for why in &fit.lacks {
            screen::result(&format!("{:<width$}  this host cannot: {why}", ""));
        }
    }
    Ok(Exit::Pass)
}

/// Whether this host can, in one word.
fn word(fit: &Fit) -> &'static str {
    match (fit.lacks.is_empty(), fit.untested.iter().all(|what| what.starts_with("rate"))) {
        (false, _) => "cannot",
        (true, true) => "can",
        (true, false) => "untested",
    }
}

fn json(id: &str, scenario: &Scenario, fit: &Fit) -> serde_json::Value {
    serde_json::json!({
        "id": id, "level": scenario.level, "theme": scenario.theme, "par": scenario.par, "needs": scenario.needs,
        "host": { "can": word(fit), "lacks": fit.lacks, "untested": fit.untested }, "title": scenario.title,
    })
}
