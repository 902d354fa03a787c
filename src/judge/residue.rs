//! The residue proof: what a fault set must be back; what the person changed is theirs, and only reported.
//!
//! **Invariant**: decided by surveys before and after, never by what heal believes to have done.

use super::case::{self, Case};
use crate::model::{
    facts::{Deployment, Facts},
    op::Op,
    plan::Injection,
    setting::Setting,
    timeline::Timeline,
    verdict::{Finding, Truth},
};

/// What is left of an injection's faults in a lab that should be healed.
pub fn residue(injection: &Injection, after: &Facts) -> Vec<String> {
    let before = &injection.before;
    let set = injection.blows().filter_map(|op| left(op, before, after));
    let traces = after.traces.difference(&before.traces).cloned();
    set.chain(traces).collect()
}

/// What a heal can show for itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// What is left.
    pub left: Vec<String>,
    /// Why nobody can say that nothing is left: parts that could not be read afterwards, and what the lab did not do.
    pub doubts: Vec<String>,
}

/// The proof of the heal that wrote the events from `since` on, counted from 0: an earlier look at the lab proves nothing about it.
pub fn proof(timeline: &Timeline, since: usize) -> Proof {
    let of_this_heal = |seq: u64| usize::try_from(seq).is_ok_and(|seq| seq >= since);
    let mut doubts: Vec<String> = timeline.lab_errors().map(|(_, errors)| errors.to_vec()).unwrap_or_default();
    let (Some((_, injection, _)), Some((_, after))) =
        (timeline.injection(), timeline.survey(true).filter(|(seq, _)| of_this_heal(*seq)))
    else {
        if doubts.is_empty() {
            doubts.push("nobody looked at the lab after healing".to_owned());
        }
        return Proof { left: Vec::new(), doubts };
    };
    doubts.extend(after.unread.iter().map(|(part, why)| format!("{part} could not be read after healing ({why})")));
    Proof { left: residue(injection, after), doubts }
}

/// What an op set and nobody set back. A target that is gone carries no fault; what is neither as before nor as the fault made it is
/// somebody's newer change, and no residue.
fn left(op: &Op, before: &Facts, after: &Facts) -> Option<String> {
    let both = |name: &String| Some((before.deployments.get(name)?, after.deployments.get(name)?));
    let differs = |what: String, was: String, is: String| {
        (is != was && op.sets(Some(&is))).then(|| format!("{what} is at {is}, was at {was}"))
    };
    match op {
        Op::SetImage { deployment, container, .. } => {
            let (was, is) = both(deployment)?;
            let (was, is) = (was.images.get(container)?, is.images.get(container)?);
            differs(format!("deployment/{deployment} container {container}"), was.clone(), is.clone())
        }
        Op::SetReplicas { deployment, .. } => {
            let (was, is) = both(deployment)?;
            differs(format!("replicas of deployment/{deployment}"), was.replicas.to_string(), is.replicas.to_string())
        }
        Op::SetEnv { deployment, name, .. } => {
            let (was, is) = both(deployment)?;
            let value = |found: &Deployment| found.env.get(&format!("{deployment}/{name}")).cloned();
            let (was, is) = (value(was), value(is));
            let told = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
            (was != is && op.sets(is.as_deref()))
                .then(|| format!("{name} of deployment/{deployment} is at {}, was at {}", told(is), told(was)))
        }
        Op::Set { setting, .. } if setting.is_there(after) => {
            let now = setting.of(after);
            let is_ours = match setting {
                // What it was set to is no value that anybody may read: the fault's own file tells whether it is in.
                Setting::Password { kept, .. } => after.traces.iter().any(|trace| trace.contains(kept.as_str())),
                _ => false,
            };
            let (was, is) = (setting.in_words(before), setting.in_words(after));
            (was != is && (is_ours || op.sets(now.as_deref()))).then(|| format!("{setting} is at {is}, was at {was}"))
        }
        Op::StartJob(job) => (after.settings.jobs.contains_key(&job.name)
            && !before.settings.jobs.contains_key(&job.name))
        .then(|| format!("job/{} is there", job.name)),
        Op::ChangeData { tables, .. } => {
            let changed = tables.iter().filter(|table| {
                // A survey without a single table did not reach PostgreSQL, and says so itself.
                !after.settings.tables.is_empty()
                    && before.settings.tables.get(*table) != after.settings.tables.get(*table)
            });
            let names: Vec<_> = changed.map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("the definition of {} is not what it was", names.join(", ")))
        }
        Op::Set { .. }
        | Op::PutBack { .. }
        | Op::DeletePod { .. }
        | Op::DeletePods { .. }
        | Op::KillBackends { .. }
        | Op::EndJob { .. }
        | Op::RestoreTables { .. }
        | Op::SendRecord(_)
        | Op::RemoveRecords { .. }
        | Op::Hold { .. }
        | Op::Release { .. } => None,
    }
}

/// A lab with payment at a version, for tests of judgements.
#[cfg(test)]
pub(super) fn testing_facts(version: &str) -> Facts {
    let payment = Deployment {
        replicas: 2,
        ready: 2,
        images: [("payment".to_owned(), format!("droplab/payment:{version}"))].into(),
        env: [("payment/DB_POOL_SIZE".to_owned(), "50".to_owned())].into(),
        runs: [("payment/command".to_owned(), "shop payment".to_owned())].into(),
        limits: [("payment/cpu".to_owned(), "2".to_owned())].into(),
        ..Deployment::default()
    };
    Facts {
        deployments: [("payment".to_owned(), payment)].into(),
        postgres_settings: [("max_connections".to_owned(), "200".to_owned())].into(),
        postgres_started: Some("2026-01-01T00:00:00Z".into()),
        configs: [("configmap/nginx".to_owned(), "a".to_owned())].into(),
        ..Facts::default()
    }
}

pub(super) fn residue_of(case: &Case) -> Vec<String> {
    match (case.plan, case.timeline.survey(true)) {
        (Some(plan), Some((_, after))) => residue(&plan.injection, after),
        _ => Vec::new(),
    }
}

/// One finding when the lab was to be healed.
pub(super) fn findings(case: &Case) -> Option<Finding> {
    if case.timeline.fault_states().is_empty() {
        return None;
    }
    let Some((seq, _)) = case.timeline.survey(true) else {
        return Some(case::finding("residue", Truth::Unknown, "nobody looked at the lab after healing", vec![]));
    };
    let left = residue_of(case);
    let unread = case.timeline.survey(true).map(|(_, after)| &after.unread).filter(|unread| !unread.is_empty());
    let (truth, sentence) = if let Some(unread) = unread.filter(|_| left.is_empty()) {
        let unread: Vec<_> = unread.iter().map(|(part, why)| format!("{part} ({why})")).collect();
        (Truth::Unknown, format!("could not be read after healing: {}", unread.join("; ")))
    } else if left.is_empty() {
        let kept = case.timeline.kept();
        let kept = if kept.is_empty() { String::new() } else { format!("; kept: {}", kept.join("; ")) };
        (Truth::Pass, format!("nothing of the fault is left in the lab{kept}"))
    } else {
        (Truth::Fail, format!("left in the lab: {}", left.join("; ")))
    };
    Some(case::finding("residue", truth, sentence, vec![seq]))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, scenario};
    use super::*;
    use crate::model::{event::EventKind, facts::Part};

    #[test]
    fn what_the_fault_set_is_residue_and_what_the_person_changed_is_drift() {
        let mut after = facts("2.8.1");
        after.deployments.get_mut("payment").unwrap().replicas = 4;
        let story = Story::of(scenario()).paged().seconds(4, 100).surveyed(true, after);
        let verdict = story.say(EventKind::RunEnded { lab_errors: vec![] }).judged();
        assert_eq!(
            verdict.residue,
            ["deployment/payment container payment is at droplab/payment:2.8.1, was at droplab/payment:2.8.0"]
        );
        assert_eq!(verdict.drift, ["deployment/payment has 4 replicas, had 2"]);
        assert_eq!(verdict.truth, Truth::Fail);
    }

    #[test]
    fn a_heal_is_proven_by_a_whole_look_of_its_own() {
        let end =
            |errors: &[&str]| EventKind::RunEnded { lab_errors: errors.iter().map(ToString::to_string).collect() };
        let story = |after: Facts| Story::of(scenario()).paged().surveyed(true, after);
        let of = |story: Story, since| proof(&Timeline { events: story.events() }, since);
        assert_eq!(of(story(facts("2.8.0")).say(end(&[])), 0), Proof::default());
        let left = of(story(facts("2.8.1")).say(end(&[])), 0);
        assert_eq!((left.left.len(), left.doubts.len()), (1, 0), "{left:?}");

        let earlier = of(story(facts("2.8.0")).say(end(&["survey the lab: no answer"])), 1000);
        assert_eq!(earlier.doubts, ["survey the lab: no answer"], "a look of before shows nothing");
        let silent = of(story(facts("2.8.0")).say(end(&[])), 1000);
        assert_eq!(silent.doubts, ["nobody looked at the lab after healing"]);

        let mut half = facts("2.8.0");
        half.unread.insert(Part::Traces, "no answer within 12 s".to_owned());
        let doubts = of(story(half).say(end(&[])), 0).doubts;
        assert!(doubts.len() == 1 && doubts[0].ends_with("could not be read after healing (no answer within 12 s)"));
    }

    #[test]
    fn a_target_that_is_gone_carries_no_fault() {
        let story = Story::of(scenario()).paged().surveyed(true, Facts::default());
        assert_eq!(story.judged().residue, Vec::<String>::new());
    }
}
