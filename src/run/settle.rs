//! Waiting until what was healed is whole again.
//!
//! **Invariant**: only what Kubernetes rolls out is waited for, and never for ever.

use tokio::time::Instant;

use super::{limits, ports::Surveyor, record::Record};
use crate::model::{
    event::FaultState,
    facts::{Deployment, Facts},
    op::Op,
    plan::Injection,
    setting::Setting,
    timeline::Timeline,
};

/// Wait until what a fault touched is whole again; what is not, in words.
pub(super) async fn settle(injection: &Injection, surveyor: &dyn Surveyor, record: &mut Record<'_>) -> Option<String> {
    let heals = touched(injection, &record.timeline);
    whole(&heals, surveyor).await
}

/// The way back of every step that was begun.
pub(super) fn touched<'a>(injection: &'a Injection, timeline: &Timeline) -> Vec<&'a Op> {
    let touched = timeline.fault_states().into_iter().filter(|(_, state)| *state != FaultState::Planned);
    touched.filter_map(|(step, _)| injection.steps.get(step)).flat_map(|step| &step.recipe.heal).collect()
}

/// Wait until the targets of these ops are whole; what is not, in words.
pub(super) async fn whole(heals: &[&Op], surveyor: &dyn Surveyor) -> Option<String> {
    // What ends in the nodes has ended; only what Kubernetes rolls out has to be waited for.
    if heals.iter().all(|op| matches!(op, Op::Release { .. })) {
        return None;
    }
    let deadline = Instant::now() + limits::SETTLE;
    loop {
        let waits_for = match limits::within(limits::SURVEY, "survey the lab", surveyor.survey()).await {
            Ok(facts) => heals.iter().find_map(|op| unsettled(op, &facts))?,
            Err(error) => error.to_string(),
        };
        if Instant::now() >= deadline {
            return Some(format!("{waits_for} {} s after healing", limits::SETTLE.as_secs()));
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

/// A deployment with too few pods that are ready.
fn short(name: &str, found: &Deployment) -> Option<String> {
    (found.ready < found.replicas)
        .then(|| format!("deployment/{name} has {} of {} replicas ready", found.ready, found.replicas))
}

/// What of an op's target is not whole.
fn unsettled(op: &Op, facts: &Facts) -> Option<String> {
    match op {
        Op::PutBack { before, .. } => unsettled(before, facts),
        Op::SetImage { deployment, .. }
        | Op::SetReplicas { deployment, .. }
        | Op::SetEnv { deployment, .. }
        | Op::Set { setting: Setting::Limit { deployment, .. } | Setting::Checksum(deployment), .. } => {
            short(deployment, facts.deployments.get(deployment)?)
        }
        Op::Set { setting: Setting::Pods(set), .. } => {
            let found = facts.stateful_sets.get(set)?;
            (found.ready < found.replicas)
                .then(|| format!("statefulset/{set} has {} of {} pods ready", found.ready, found.replicas))
        }
        Op::DeletePod { pod, .. } => {
            let owner = facts.deployments.iter().find(|(name, _)| pod.starts_with(&format!("{name}-")));
            owner.and_then(|(name, found)| short(name, found))
        }
        _ => None,
    }
}
