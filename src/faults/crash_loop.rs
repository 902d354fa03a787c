//! Kill the main process of containers, again and again.
//!
//! # Story
//! The release starts, and dies, and starts. Kubernetes waits longer each time: 10 s, 20 s, 40 s, up to five minutes.
//!
//! # Breaks
//! A process in the node sends SIGKILL to the first process of each container of the pods, every so often. Kubernetes
//! starts them again, with its back-off.
//!
//! # Heals
//! The killing ends. Kubernetes' back-off would go on for up to five minutes, so the pods that were meant are deleted, and others
//! take their places.
//!
//! # Expiry
//! The killing process holds a deadline; droplab moves it on every third of the time to live. Kubernetes' back-off is not its to end.
//!
//! # Needs
//! containerd in the nodes, as kind has it.
//!
//! # Seen in production
//! Everywhere: a missing variable, a schema that is not there yet, a probe that is too strict.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET, may},
};
use crate::model::{
    fault::CrashLoop,
    hold::{Hold, Work},
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "crash-loop",
    about: "Kill the main process of containers, again and again",
    engine: "signals from the node",
    expiry: KEEPER,
    parameters: &[TARGET, may("every", "TIME", "How often; 5s when left out")],
    example: "--target notification --every 3s",
};

pub(super) fn recipe(fault: &CrashLoop, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.every.0.as_millis() < 1000 {
        return Err(vec!["every: expected at least 1s".to_owned()]);
    }
    let mut recipe = context.hold(Hold::Work { at: context.at(&fault.target)?, work: Work::Crash(fault.every) });
    let pods = fault.target.pods(context.facts, context.seed).into_iter();
    recipe.heal.extend(pods.map(|pod| Op::DeletePod { pod: pod.name.clone(), uid: pod.uid.clone(), grace_s: 1 }));
    Ok(recipe)
}
