//! Switch a data centre off.
//!
//! # Story
//! The power is gone, and the machines with it. Nobody closes a connection: the others find out by waiting.
//!
//! # Breaks
//! Every pod of the zone is frozen, and the kubelet with them; then every packet between its node and the others is lost, so
//! that not even the kernel of the node answers. Addresses and disks stay as they are, as they do when a machine is switched off.
//!
//! # Heals
//! Packets pass again, and everything is thawed: to the processes it is as if no time had passed.
//!
//! # Expiry
//! Both halves have their own: a process in the node holds a deadline, and an nftables set has a timeout. droplab renews both
//! every third of the time to live.
//!
//! # Needs
//! The cgroup freezer, and nftables sets with a timeout, in the kernel of the nodes.
//!
//! # Seen in production
//! OVHcloud, 10 March 2021: a data centre in Strasbourg burnt down, and the one beside it was switched off.

use super::{
    Context,
    parameters::{BOTH, Manual, ZONE},
};
use crate::model::{fault::StopNode, hold::Hold, op::Recipe};

pub(super) const MANUAL: Manual = Manual {
    key: "stop-node",
    about: "Switch a data centre off",
    engine: "cgroup freezer, nftables",
    expiry: BOTH,
    parameters: &[ZONE],
    example: "--zone dc-3",
};

pub(super) fn recipe(fault: &StopNode, context: &Context) -> Result<Recipe, Vec<String>> {
    context.zone(&fault.zone)?;
    // Frozen first: a node that is cut off while its processes run has a moment in which they decide something.
    let frozen = context.hold(Hold::FrozenZone { zone: fault.zone.clone() });
    let cut =
        Context { id: format!("{}c", context.id), ..context.clone() }.hold(Hold::CutZone { zone: fault.zone.clone() });
    Ok(frozen.then(cut))
}
