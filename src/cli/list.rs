//! `droplab list`: the incidents that can be played.
//!
//! **Invariant**: gives nothing away but titles.

use super::{
    args::{Global, Lang},
    exit::Exit,
    failure::Failure,
    screen,
};
use crate::store;

/// Arguments of `droplab list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab list
  droplab list --lang ru
  droplab list --json | jq -r '.[].id'")]
pub struct Args {}

/// The verb.
pub fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    for id in store::scenarios::ids(global.scenarios.as_deref())? {
        rows.push(store::scenarios::read(global.scenarios.as_deref(), &id)?);
    }
    if global.json() {
        let rows: Vec<_> = rows
            .iter()
            .map(|(id, scenario)| {
                serde_json::json!({ "id": id, "level": scenario.level, "needs": scenario.needs, "title": scenario.title })
            })
            .collect();
        screen::result(&serde_json::to_string_pretty(&rows).unwrap_or_default());
        return Ok(Exit::Pass);
    }
    let width = rows.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    for (id, scenario) in rows {
        let title = if global.lang == Lang::Ru { scenario.title.ru } else { scenario.title.en };
        screen::result(&format!("{id:<width$}  level {}  {:<22}  {title}", scenario.level, scenario.needs.to_string()));
    }
    Ok(Exit::Pass)
}
