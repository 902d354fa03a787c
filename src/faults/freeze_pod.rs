//! Stop every process of pods, without ending them.
//!
//! # Story
//! The process is there, its port is open, and it answers nobody: a long collection of garbage, a disk that does not return.
//!
//! # Breaks
//! The pods' cgroups are frozen: they hold their memory, locks and connections, and answer nothing. A container that
//! Kubernetes starts again in the meantime is frozen with them.
//!
//! # Heals
//! They run on from where they were, with whatever piled up for them.
//!
//! # Expiry
//! A process in the node holds a deadline; droplab moves it on every third of the time to live. When droplab dies, the
//! deadline passes, and that process thaws them.
//!
//! # Needs
//! The freezer of cgroup v1, or cgroup v2.
//!
//! # Seen in production
//! HBase and others learned fencing from it: a server that sleeps through its lease and wakes up believing it still leads.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET},
};
use crate::model::{fault::FreezePod, hold::Hold, op::Recipe};

pub(super) const MANUAL: Manual = Manual {
    key: "freeze-pod",
    about: "Stop every process of pods, without ending them",
    engine: "cgroup freezer",
    expiry: KEEPER,
    parameters: &[TARGET],
    example: "--target catalog",
};

pub(super) fn recipe(fault: &FreezePod, context: &Context) -> Result<Recipe, Vec<String>> {
    Ok(context.hold(Hold::Frozen { at: context.at(&fault.target)? }))
}
