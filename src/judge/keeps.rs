//! `keeps`: the repair took nothing away that was there before; a trap is named by what it left behind.
//!
//! **Invariant**: the lab before the plan against the repaired lab, before droplab healed anything; never what was typed.

use jiff::Timestamp;

use super::case::{self, Case};
use crate::model::{
    facts::Facts,
    scenario::Keeps,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, keeps: &Keeps) -> Finding {
    let Some(before) = case.plan.map(|plan| &plan.before) else {
        return case::finding("keeps", Truth::Unknown, format!("{keeps}: there is no survey from before"), vec![]);
    };
    let Some((seq, after)) = case.timeline.survey(false) else {
        return case::finding("keeps", Truth::Unknown, format!("{keeps}: the repaired lab was not surveyed"), vec![]);
    };
    let (truth, mut sentence) = match kept(keeps, before, after) {
        Ok(same) => (Truth::Pass, format!("{keeps}: {same}")),
        Err(Some(change)) => (Truth::Fail, format!("{keeps}: {change}")),
        Err(None) => (Truth::Unknown, format!("{keeps}: could not be read")),
    };
    let trap = case.scenario.cheats.iter().find(|cheat| truth == Truth::Fail && cheat.seen_by.contains(keeps));
    if let Some(cheat) = trap {
        let kind = if cheat.trap { "trap" } else { "cheat" };
        sentence = format!("{sentence} ({kind} {}: {})", cheat.name, cheat.why.en.trim());
    }
    case::finding("keeps", truth, sentence, vec![seq])
}

/// What it still is; or what it became; or `None` when that cannot be told.
fn kept(keeps: &Keeps, before: &Facts, after: &Facts) -> Result<String, Option<String>> {
    match keeps {
        Keeps::Replicas { deployment } => {
            let replicas = |facts: &Facts| facts.deployments.get(deployment).map(|found| found.replicas);
            let (was, is) = (replicas(before).ok_or(None)?, replicas(after).ok_or(Some("deleted".to_owned()))?);
            if is >= was { Ok(format!("{is}")) } else { Err(Some(format!("{is}, was {was}"))) }
        }
        Keeps::Env { deployment, name } => same(env(before, deployment, name), env(after, deployment, name)),
        Keeps::PostgresSetting { name } => {
            // A survey without a single setting did not reach PostgreSQL.
            let readable = |facts: &Facts| !facts.postgres_settings.is_empty();
            if !readable(before) || !readable(after) {
                return Err(None);
            }
            same(before.postgres_settings.get(name).cloned(), after.postgres_settings.get(name).cloned())
        }
        Keeps::PostgresUptime => {
            let was = before.postgres_started.as_deref().ok_or(None)?;
            let is = after.postgres_started.as_deref().ok_or(None)?;
            if instant(was) == instant(is) {
                Ok(format!("up since {is}"))
            } else {
                Err(Some(format!("restarted at {is}")))
            }
        }
        Keeps::Config { name } => same(before.configs.get(name).cloned(), after.configs.get(name).cloned()),
    }
}

fn same(was: Option<String>, is: Option<String>) -> Result<String, Option<String>> {
    let was = was.ok_or(None)?;
    match is {
        Some(is) if is == was => Ok(format!("still {was}")),
        Some(is) => Err(Some(format!("{is}, was {was}"))),
        None => Err(Some(format!("gone, was {was}"))),
    }
}

/// A plain variable of the deployment's containers.
fn env(facts: &Facts, deployment: &str, name: &str) -> Option<String> {
    let found = facts.deployments.get(deployment)?;
    found.env.iter().find(|(key, _)| key.rsplit('/').next() == Some(name)).map(|(_, value)| value.clone())
}

/// Two ways to write one moment are one moment.
fn instant(text: &str) -> Result<Timestamp, &str> {
    text.parse().map_err(|_| text)
}
