//! Cut a data centre off from the others.
//!
//! # Story
//! A fibre, a router, a maintenance that should not have been noticed. Inside, everything runs and believes that the others
//! are gone; outside, they believe the same of it. Two primaries begin here.
//!
//! # Breaks
//! In the network of the zone's node, packets to and from every other node and its pods are lost, the control plane's
//! included. What runs inside goes on, and answers itself.
//!
//! # Heals
//! The rules are taken out of the node's network.
//!
//! # Expiry
//! The kernel: the others' addresses stand in an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes.
//!
//! # Seen in production
//! GitHub, 21 October 2018: 43 seconds of it, and two MySQL primaries with writes that neither had of the other.

use super::{
    Context,
    parameters::{KERNEL, Manual, ZONE},
};
use crate::model::{fault::CutZone, hold::Hold, op::Recipe};

pub(super) const MANUAL: Manual = Manual {
    key: "cut-zone",
    about: "Cut a data centre off from the others",
    engine: "nftables",
    expiry: KERNEL,
    parameters: &[ZONE],
    example: "--zone dc-3",
};

pub(super) fn recipe(fault: &CutZone, context: &Context) -> Result<Recipe, Vec<String>> {
    context.zone(&fault.zone)?;
    Ok(context.hold(Hold::CutZone { zone: fault.zone.clone() }))
}
