//! Delete pods.
//!
//! # Story
//! A node was drained, a spot instance was called back, somebody cleaned up in the wrong terminal.
//!
//! # Breaks
//! Each pod that the target has at that moment is deleted through Kubernetes, with no time to stop unless `grace` gives some. Its
//! controller makes another one, which a step that repeats meets the next time.
//!
//! # Heals
//! Nothing to undo: the pod is gone, its replacement is not touched.
//!
//! # Expiry
//! None is needed: it is over as soon as it has happened.
//!
//! # Needs
//! Pods that something makes anew.
//!
//! # Seen in production
//! Netflix' Chaos Monkey, since 2011, on purpose, in office hours.

use super::{
    Context,
    parameters::{MOMENT, Manual, TARGET, may},
};
use crate::model::{
    fault::KillPod,
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "kill-pod",
    about: "Delete pods",
    engine: "Kubernetes",
    expiry: MOMENT,
    parameters: &[TARGET, may("grace", "TIME", "The time they are given to stop; none when left out")],
    example: "--target catalog",
};

pub(super) fn recipe(fault: &KillPod, context: &Context) -> Result<Recipe, Vec<String>> {
    let at = context.at(&fault.target)?;
    let grace_s = u32::try_from(fault.grace.0.as_secs()).map_err(|_| vec!["grace: that is too long".to_owned()])?;
    Ok(Recipe { inject: vec![Op::DeletePods { at, grace_s }], heal: Vec::new() })
}
