//! Stop every process of a data centre, without ending them.
//!
//! # Story
//! A data centre goes dark: power, cooling, a hypervisor. Nothing says goodbye, no connection is closed.
//!
//! # Breaks
//! Every pod of the zone is frozen, and the kubelet with them: they hold their memory, their locks and their connections, and
//! answer nothing. After some 40 s Kubernetes calls the node `NotReady`. Addresses stay as they are.
//!
//! # Heals
//! Everything runs on from where it was; the node reports again within seconds.
//!
//! # Expiry
//! A process in the node, which is not frozen with the others, holds a deadline; droplab moves it on every third of the time
//! to live. When droplab dies, the deadline passes, and that process thaws the node.
//!
//! # Needs
//! The freezer of cgroup v1, or cgroup v2.
//!
//! # Seen in production
//! Google Cloud, europe-west9, April 2023: water in a battery room, and a zone that was gone for days.

use super::{
    Context,
    parameters::{KEEPER, Manual, ZONE},
};
use crate::model::{fault::FreezeZone, hold::Hold, op::Recipe};

pub(super) const MANUAL: Manual = Manual {
    key: "freeze-zone",
    about: "Stop every process of a data centre, without ending them",
    engine: "cgroup freezer",
    expiry: KEEPER,
    parameters: &[ZONE],
    example: "--zone dc-3",
};

pub(super) fn recipe(fault: &FreezeZone, context: &Context) -> Result<Recipe, Vec<String>> {
    context.zone(&fault.zone)?;
    Ok(context.hold(Hold::FrozenZone { zone: fault.zone.clone() }))
}
