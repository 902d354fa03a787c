//! Run another number of pods of a service.
//!
//! # Story
//! Costs were too high, or an autoscaler was told the wrong thing.
//!
//! # Breaks
//! The deployment's `replicas` is set. Kubernetes starts or stops pods.
//!
//! # Heals
//! `replicas` is set back to what it was before, unless somebody has set another number since: that one stays, and is told.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! A deployment.
//!
//! # Seen in production
//! Reddit, 11 August 2016: an autoscaler came back in the middle of a migration and took the servers away.

use super::{
    Context,
    parameters::{Manual, NONE, SERVICE, must},
};
use crate::model::{
    fault::Scale,
    op::{Op, Recipe},
};

/// More pods than this only fill a laptop.
const MOST: u32 = 20;

pub(super) const MANUAL: Manual = Manual {
    key: "scale",
    about: "Run another number of pods of a service",
    engine: "Kubernetes",
    expiry: NONE,
    parameters: &[SERVICE, must("replicas", "NUMBER", "How many")],
    example: "--service catalog --replicas 0",
};

pub(super) fn recipe(fault: &Scale, context: &Context) -> Result<Recipe, Vec<String>> {
    let before = context.deployment(&fault.service)?.replicas;
    if fault.replicas > MOST {
        return Err(vec![format!("replicas: expected at most {MOST}")]);
    }
    if fault.replicas == before {
        return Err(vec![format!(
            "deployment `{}` has {before} replicas already: nothing would change",
            fault.service
        )]);
    }
    let set = |replicas| Op::SetReplicas { deployment: fault.service.clone(), replicas };
    Ok(Recipe::changed(set(fault.replicas), set(before)))
}
