//! `droplab show`: what the person on call is told about an incident, and, when asked, more.
//!
//! **Invariant**: never the cause, unless `--spoil` asks for it.

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::{Global, Lang},
    said, screen,
};
use crate::{
    home::{self, lock},
    model::{
        keeps::{Keeps, Kept},
        scenario::{Expectation, Scenario, Text},
    },
    store,
};

/// Arguments of `droplab show`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab show payment-pool-exhaustion
  droplab show payment-pool-exhaustion --hint 1     where to look; 2, 3 … tell more
  droplab show payment-pool-exhaustion --spoil      cause, reference repair, cheats and traps
  droplab show payment-pool-exhaustion --lang ru")]
pub struct Args {
    /// Its name (`droplab list`), or the path of a scenario file
    pub scenario: String,
    /// One hint, from 1
    #[arg(long, value_name = "NUMBER")]
    pub hint: Option<usize>,
    /// Give everything away
    #[arg(long)]
    pub spoil: bool,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (id, scenario) = store::scenarios::read(global.scenarios.as_deref(), &args.scenario)?;
    let russian = global.lang == Lang::Ru;
    let told_in = |text: &Text| text.of(russian).trim().to_owned();
    if (args.spoil || args.hint.is_some()) && is_played(global, &id, args.hint) {
        let why = format!("a run of {id} is under way: what is told now is counted");
        return Err(Failure::new(Code::Usage, why).next("droplab hint"));
    }
    if let Some(number) = args.hint {
        let hint = number.checked_sub(1).and_then(|index| scenario.hints.get(index));
        let of = scenario.hints.len();
        let none = || Failure::new(Code::Usage, format!("there are hints 1 to {of}"));
        let text = hint.map(|hint| hint.of(russian).trim()).ok_or_else(none)?;
        let json = || serde_json::json!({ "id": id, "hint": number, "of": of, "text": text }).to_string();
        screen::result(&if global.json() { json() } else { text.to_owned() });
        return Ok(Exit::Pass);
    }
    if global.json() {
        let public = serde_json::json!({
            "id": id, "title": scenario.title, "story": scenario.story, "level": scenario.level,
            "expect": scenario.expect.iter().filter(|expectation| is_public(expectation)).collect::<Vec<_>>(),
            "hints": scenario.hints.len(),
        });
        let shown = if args.spoil { serde_json::to_value(&scenario).unwrap_or_default() } else { public };
        screen::result(&serde_json::to_string_pretty(&shown).unwrap_or_default());
        return Ok(Exit::Pass);
    }
    screen::result(&format!(
        "{}\n{id}, level {}\n\n{}\n",
        told_in(&scenario.title),
        scenario.level,
        told_in(&scenario.story)
    ));
    screen::result("It is over when");
    for expectation in scenario.expect.iter().filter(|expectation| args.spoil || is_public(expectation)) {
        screen::result(&format!("  {}", told(expectation)));
    }
    if !args.spoil && !scenario.expect.iter().all(is_public) {
        screen::result("  and the repair took nothing away that was there before");
    }
    if args.spoil {
        screen::result(&spoiled(&scenario, told_in));
    } else if !scenario.hints.is_empty() {
        screen::result(&format!("\n{} hints: droplab show {id} --hint 1", scenario.hints.len()));
    }
    Ok(Exit::Pass)
}

/// Whether somebody is at work on this incident now, and has not been told this hint yet.
fn is_played(global: &Global, id: &str, hint: Option<usize>) -> bool {
    let Ok((_, timeline)) = said::live(global) else { return false };
    let is_it = timeline.began().is_some_and(|(_, plan, _)| plan.scenario_id == id);
    let was_told = hint.is_some_and(|number| timeline.hinted().contains(&number));
    // A run that was killed has no end either, and nobody works on it.
    let is_alive = || lock::alone(&home::folder(), &global.lab, "droplab show").is_err();
    is_it && !was_told && timeline.survey(false).is_none() && is_alive()
}

/// What must be kept tells where the wrong turns are: that would be a hint.
fn is_public(expectation: &Expectation) -> bool {
    !matches!(expectation, Expectation::Keeps(_) | Expectation::Untouched(_))
}

/// An expectation in words.
fn told(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Recovers(recovers) => format!("{} again, within {} of the page", recovers.when, recovers.within),
        Expectation::Stays(stays) => format!("{} all through", stays.when),
        Expectation::Holds(holds) => format!("{}: no counterexample is left in the database", holds.id),
        Expectation::Untouched(_) => "nothing is changed that is as it should be".to_owned(),
        Expectation::Says(says) => {
            format!("you have named the cause (`droplab done`) within {} of the page", says.within)
        }
        Expectation::Books(ledger) => {
            format!("every one of the {ledger} that a customer was told is done is in the books, once")
        }
        Expectation::Keeps(keeps) => kept(keeps),
    }
}

/// What is kept, in words: only of replicas more is as good, and of some limits it counts only that they are there.
fn kept(keeps: &Keeps) -> String {
    match &keeps.what {
        Kept::Replicas(_) => format!("{keeps}: as many as before, or more"),
        Kept::Limited(_) => format!("{keeps}: each that there was is there"),
        Kept::AtMost { .. } => keeps.to_string(),
        Kept::Uptime(server) => format!("{server} was not restarted"),
        Kept::Retired(_) => format!("{keeps} opens no session"),
        _ => format!("{keeps}: as before"),
    }
}

fn spoiled(scenario: &Scenario, say: impl Fn(&Text) -> String) -> String {
    let cause = &scenario.diagnosis;
    let mut lines = vec![format!(
        "\nCause: {} in {}, set off by {}; made worse by {}",
        cause.mechanism,
        cause.component,
        cause.trigger,
        cause.factors.join(", ")
    )];
    for fix in &scenario.fixes {
        lines.extend(fix.actions.iter().map(|action| format!("Repair {}: {action}", fix.name)));
    }
    for cheat in &scenario.cheats {
        let kind = if cheat.trap { "Trap" } else { "Cheat" };
        lines.push(format!("{kind}: {}: {}", cheat.name, say(&cheat.why)));
    }
    lines.push(format!("\nSeen in production:\n{}", scenario.seen_in_production.trim()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_as_it_is_judged() {
        let told = |what| told(&Expectation::Keeps(Keeps { id: None, what }));
        assert_eq!(told(Kept::Config("configmap/nginx".into())), "configmap/nginx: as before");
        assert_eq!(
            told(Kept::Replicas("payment".into())),
            "replicas of deployment/payment: as many as before, or more"
        );
        assert_eq!(told(Kept::Retired("shop".into())), "the old password of PostgreSQL role shop opens no session");
        assert_eq!(told(Kept::Uptime("postgres-dc-1".into())), "postgres-dc-1 was not restarted");
    }
}
