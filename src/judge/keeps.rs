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
    let Some(before) = case.plan.map(|plan| &plan.injection.before) else {
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
        sentence = format!("{sentence} ({kind} {}: {})", cheat.name, cheat.why.en.trim().trim_end_matches('.'));
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, scenario};
    use super::*;
    use crate::model::{ledger::LedgerReading, scenario::Expectation};

    fn keeping(keeps: Keeps, change: impl FnOnce(&mut Facts)) -> Finding {
        let mut scenario = scenario();
        scenario.expect.push(Expectation::Keeps(keeps));
        let mut after = facts("2.8.0");
        change(&mut after);
        let reading = LedgerReading { acknowledged: 1, ..LedgerReading::default() };
        let story = Story::of(scenario).paged().seconds(4, 100).reconciled(reading).surveyed(false, after).healed();
        story.judged().findings[3].clone()
    }

    #[test]
    fn what_is_as_before_is_kept_and_more_replicas_are_no_less() {
        let replicas = || Keeps::Replicas { deployment: "payment".into() };
        let set = |count| move |facts: &mut Facts| facts.deployments.get_mut("payment").unwrap().replicas = count;
        assert_eq!(keeping(replicas(), set(2)).truth, Truth::Pass);
        assert_eq!(keeping(replicas(), set(3)).truth, Truth::Pass);
        assert_eq!(keeping(replicas(), set(0)).sentence, "replicas of deployment/payment: 0, was 2");
    }

    #[test]
    fn a_changed_setting_variable_or_configuration_is_not_kept() {
        let setting = Keeps::PostgresSetting { name: "max_connections".into() };
        let raise = |facts: &mut Facts| drop(facts.postgres_settings.insert("max_connections".into(), "600".into()));
        assert_eq!(keeping(setting, raise).sentence, "PostgreSQL's max_connections: 600, was 200");
        let pool = Keeps::Env { deployment: "payment".into(), name: "DB_POOL_SIZE".into() };
        let unset = |facts: &mut Facts| facts.deployments.get_mut("payment").unwrap().env.clear();
        assert_eq!(keeping(pool, unset).sentence, "DB_POOL_SIZE of deployment/payment: gone, was 50");
        let config = Keeps::Config { name: "configmap/nginx".into() };
        assert_eq!(keeping(config, |facts| facts.configs.clear()).truth, Truth::Fail);
    }

    #[test]
    fn a_restart_is_seen_and_an_unreadable_database_is_unknown() {
        let restart = |facts: &mut Facts| facts.postgres_started = Some("2026-01-01T01:00:00Z".into());
        assert_eq!(keeping(Keeps::PostgresUptime, restart).truth, Truth::Fail);
        assert_eq!(keeping(Keeps::PostgresUptime, |facts| facts.postgres_started = None).truth, Truth::Unknown);
        let written_otherwise = |facts: &mut Facts| facts.postgres_started = Some("2026-01-01T00:00:00.000Z".into());
        assert_eq!(keeping(Keeps::PostgresUptime, written_otherwise).truth, Truth::Pass);
        let setting = Keeps::PostgresSetting { name: "max_connections".into() };
        assert_eq!(keeping(setting, |facts| facts.postgres_settings.clear()).truth, Truth::Unknown);
    }
}
