//! Let names not be resolved.
//!
//! # Story
//! It is always DNS. What holds its connections open notices nothing; what opens a new one fails.
//!
//! # Breaks
//! In the network of each pod of `from`, what it asks at UDP port 53 is lost (`mode: drop`: each question waits for its
//! timeout) or refused (`mode: reset`: each fails at once): all of it, or only questions for `names`. `bank` means every name
//! that begins so, such as `bank.shop.svc.cluster.local`. Questions over TCP, which follow a long answer only, pass.
//!
//! # Heals
//! The rules are taken out of every pod's network.
//!
//! # Expiry
//! The kernel: the rule matches an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes; pods with a network of their own.
//!
//! # Seen in production
//! Facebook, 4 October 2021: DNS servers withdrew themselves, and even the doors of the offices stayed shut.

use super::{
    Context, both,
    parameters::{FROM, KERNEL, Manual, may},
};
use crate::model::{
    fault::FailDns,
    hold::{Direction, Hold, Packets, Port},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "fail-dns",
    about: "Let names not be resolved",
    engine: "nftables",
    expiry: KERNEL,
    parameters: &[
        FROM,
        may("names", "NAME,NAME", "Only questions for these, such as bank; all when left out"),
        may("mode", "drop|reset", "Questions wait for their timeout (drop), or fail at once"),
    ],
    example: "--from storefront --names payment",
};

pub(super) fn recipe(fault: &FailDns, context: &Context) -> Result<Recipe, Vec<String>> {
    let (at, _) = both(&fault.from, None, context)?;
    let port = Some(Port { udp: true, number: 53 });
    let names = fault.names.0.clone();
    let (direction, fate) = (Direction::Out, fault.mode.into());
    Ok(context.hold(Hold::Packets(Packets { at, peer: None, port, names, direction, fate })))
}
