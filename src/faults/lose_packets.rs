//! Lose packets at random.
//!
//! # Story
//! A cable, a switch, a card that is about to die: nothing is down, everything is slow in a way that no log explains.
//!
//! # Breaks
//! In the network of each pod of `from`, the given share of the packets to and from `to` is lost, each by its own throw of
//! the dice. TCP sends again, later and later: throughput falls and the last percentiles rise long before anything fails.
//!
//! # Heals
//! The rules are taken out of every pod's network.
//!
//! # Dead-man
//! The kernel: addresses stand in an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout and `numgen random` in the kernel of the nodes.
//!
//! # Seen in production
//! No public post-mortem checked yet: most that name packet loss name a cable or a card, and no number.

use super::{
    Ground, both,
    manual::{DIRECTION, FROM, KERNEL, Manual, TO, must},
};
use crate::model::{
    fault::LosePackets,
    hold::{Fate, Hold, Packets},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "lose-packets",
    about: "Lose packets at random",
    dead_man: KERNEL,
    parameters: &[FROM, TO, must("share", "PERCENT", "How many of the packets, such as 5%"), DIRECTION],
    example: "--from payment --to postgres --share 20%",
};

pub(super) fn recipe(fault: &LosePackets, ground: &Ground) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    let (at, peer) = both(&fault.from, fault.to.as_ref(), ground)?;
    let fate = Fate::Lose(fault.share);
    Ok(ground.hold(Hold::Packets(Packets {
        at,
        peer,
        port: None,
        names: Vec::new(),
        direction: fault.direction,
        fate,
    })))
}
