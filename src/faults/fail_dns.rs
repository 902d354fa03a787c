//! Let no name be resolved.
//!
//! # Story
//! It is always DNS. What holds its connections open notices nothing; what opens a new one fails.
//!
//! # Breaks
//! In the network of each pod of `from`, what it sends to UDP port 53 is lost (`mode: drop`: each question waits for its
//! timeout) or refused (`mode: reset`: each fails at once). Questions over TCP, which follow a long answer only, pass.
//!
//! # Heals
//! The rules are taken out of every pod's network.
//!
//! # Dead-man
//! The kernel: the rule matches an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes; pods with a network of their own.
//!
//! # Seen in production
//! Facebook, 4 October 2021: DNS servers withdrew themselves, and even the doors of the offices stayed shut.

use super::{Ground, both};
use crate::model::{
    fault::FailDns,
    hold::{Direction, Hold, Packets, Port},
    op::Recipe,
};

pub(super) fn recipe(fault: &FailDns, ground: &Ground) -> Result<Recipe, Vec<String>> {
    let (at, _) = both(&fault.from, None, ground)?;
    let port = Some(Port { udp: true, number: 53 });
    Ok(ground.hold(Hold::Packets(Packets { at, peer: None, port, direction: Direction::Out, fate: fault.mode.into() })))
}
