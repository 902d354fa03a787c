//! `keeps`: the repair took nothing away that was there before.
//!
//! **Invariant**: the lab before the plan against the repaired lab, before droplab healed anything; never what was typed. A part
//! that could not be read makes Unknown what it would have told, and nothing else.

use jiff::Timestamp;

use super::case::{self, Case};
use crate::model::{
    facts::Facts,
    keeps::{Keeps, Kept, Values},
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, keeps: &Keeps) -> Finding {
    let found =
        |truth, sentence: String, evidence| case::finding(&keeps.id(), truth, format!("{keeps}: {sentence}"), evidence);
    let Some(before) = case.plan.map(|plan| &plan.injection.before) else {
        return found(Truth::Unknown, "there is no survey from before".into(), vec![]);
    };
    let Some((seq, after)) = case.timeline.survey(false) else {
        return found(Truth::Unknown, "the repaired lab was not surveyed".into(), vec![]);
    };
    let unread = |facts: &Facts| facts.unread.get(&keeps.what.part()).cloned();
    if let Some(why) = unread(before).or_else(|| unread(after)) {
        return found(Truth::Unknown, format!("could not be read: {why}"), vec![seq]);
    }
    let (was, is) = (keeps.what.values(before), keeps.what.values(after));
    if was.is_empty() {
        return found(Truth::Unknown, "was not there before".into(), vec![seq]);
    }
    match changes(&keeps.what, &was, &is).as_slice() {
        [] => found(Truth::Pass, "as before".into(), vec![seq]),
        changes => found(Truth::Fail, changes.join(", "), vec![seq]),
    }
}

/// How it differs, in words.
fn changes(kept: &Kept, was: &Values, is: &Values) -> Vec<String> {
    let named = |key: &str| if key.is_empty() || was.len() + is.len() <= 2 { String::new() } else { format!("{key} ") };
    let changed = was.iter().filter_map(|(key, old)| match is.get(key) {
        Some(new) if same(kept, old, new) => None,
        Some(new) => Some(format!("{}{new}, was {old}", named(key))),
        None => Some(format!("{}gone, was {old}", named(key))),
    });
    // One limit more takes nothing away.
    let all = !matches!(kept, Kept::Limited(_));
    let added =
        is.iter().filter(|(key, _)| all && !was.contains_key(*key)).map(|(key, new)| format!("{key} is new: {new}"));
    changed.chain(added).collect()
}

fn same(kept: &Kept, old: &str, new: &str) -> bool {
    if old == new {
        return true;
    }
    match kept {
        _ if kept.may_grow() => matches!((old.parse::<u32>(), new.parse::<u32>()), (Ok(old), Ok(new)) if new >= old),
        // Two ways to write one moment are one moment.
        Kept::Uptime(_) => {
            matches!((old.parse::<Timestamp>(), new.parse::<Timestamp>()), (Ok(old), Ok(new)) if old == new)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario};
    use super::*;
    use crate::model::{facts::Part, ledger::LedgerReading, scenario::Expectation};

    fn keeping(what: Kept, change: impl FnOnce(&mut Facts)) -> (Truth, String) {
        let mut scenario = scenario();
        scenario.expect.push(Expectation::Keeps(Keeps { id: Some("kept".into()), what }));
        let mut after = facts("2.8.0");
        change(&mut after);
        let reading = LedgerReading { acknowledged: 1, ..LedgerReading::default() };
        let story = Story::of(scenario).paged().seconds(7, 100).surveyed(false, after).reconciled(reading).healed();
        found(&story.judged(), "kept")
    }

    fn payment(facts: &mut Facts) -> &mut crate::model::facts::Deployment {
        facts.deployments.get_mut("payment").unwrap()
    }

    #[test]
    fn what_is_as_before_is_kept_and_more_replicas_are_no_less() {
        let replicas = |count| keeping(Kept::Replicas("payment".into()), move |facts| payment(facts).replicas = count);
        assert_eq!(replicas(2).0, Truth::Pass);
        assert_eq!(replicas(3).0, Truth::Pass);
        assert_eq!(replicas(0).1, "replicas of deployment/payment: 0, was 2");
    }

    #[test]
    fn a_limit_may_change_and_may_not_go() {
        let limited = || Kept::Limited("payment".into());
        let before = facts("2.8.0").deployments["payment"].limits.len();
        assert!(before > 0, "nothing is tested otherwise");
        assert_eq!(keeping(limited(), |_| {}).0, Truth::Pass);
        assert_eq!(keeping(limited(), |facts| payment(facts).limits.clear()).0, Truth::Fail);
        let larger = |facts: &mut Facts| payment(facts).limits.values_mut().for_each(|limit| *limit = "7".to_owned());
        assert_eq!(keeping(limited(), larger).0, Truth::Pass);
        assert_eq!(keeping(Kept::Limits("payment".into()), larger).0, Truth::Fail);
    }

    #[test]
    fn a_changed_setting_variable_or_configuration_is_not_kept() {
        let raise = |facts: &mut Facts| drop(facts.postgres_settings.insert("max_connections".into(), "600".into()));
        let capacity = keeping(Kept::Setting("postgres/max_connections".into()), raise);
        assert_eq!(capacity.1, "postgres/max_connections: 600, was 200");
        let pool = Kept::Env { of: "payment".into(), name: "DB_POOL_SIZE".into() };
        assert_eq!(
            keeping(pool, |facts| payment(facts).env.clear()).1,
            "DB_POOL_SIZE of deployment/payment: gone, was 50"
        );
        assert_eq!(keeping(Kept::Config("configmap/nginx".into()), |facts| facts.configs.clear()).0, Truth::Fail);
    }

    #[test]
    fn a_patched_command_is_seen() {
        let patch =
            |facts: &mut Facts| drop(payment(facts).runs.insert("payment/args".into(), "sed … return 503".into()));
        assert_eq!(keeping(Kept::Container("payment".into()), patch).0, Truth::Fail);
        assert_eq!(keeping(Kept::Container("payment".into()), |_| {}).0, Truth::Pass);
    }

    #[test]
    fn a_restart_is_seen() {
        let uptime = || Kept::Uptime("postgres-dc-1".into());
        let restart = |facts: &mut Facts| facts.postgres_started = Some("2026-01-01T01:00:00Z".into());
        assert_eq!(keeping(uptime(), restart).0, Truth::Fail);
        let written_otherwise = |facts: &mut Facts| facts.postgres_started = Some("2026-01-01T00:00:00.000Z".into());
        assert_eq!(keeping(uptime(), written_otherwise).0, Truth::Pass);
    }

    #[test]
    fn one_unreadable_server_hides_only_itself() {
        let unread = |facts: &mut Facts| {
            facts.postgres_settings.clear();
            facts.unread.insert(Part::Postgres, "connection refused".into());
        };
        let (truth, sentence) = keeping(Kept::Setting("postgres/max_connections".into()), unread);
        assert_eq!((truth, sentence.contains("connection refused")), (Truth::Unknown, true), "{sentence}");
        assert_eq!(keeping(Kept::Replicas("payment".into()), unread).0, Truth::Pass);
    }

    /// Who has no marks of passwords to compare has not seen that one is gone.
    #[test]
    fn a_retired_password_that_could_not_be_read_is_nobodys_failure() {
        let unread = |facts: &mut Facts| drop(facts.unread.insert(Part::Settings, "no answer within 12 s".into()));
        let (truth, sentence) = keeping(Kept::Retired("shop".into()), unread);
        assert_eq!((truth, sentence.contains("no answer within 12 s")), (Truth::Unknown, true), "{sentence}");
    }
}
