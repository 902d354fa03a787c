//! Lose packets at random.
//!
//! # Story
//! A cable, a switch, a card that is about to die: nothing is down, everything is slow in a way that no log explains.
//!
//! # Breaks
//! In the network of each pod of `from`, the given share of the packets to and from `to` is lost, each by its own throw of
//! the dice, or, with `correlation`, in bursts. TCP sends again, later and later: throughput falls and the last percentiles rise long before anything fails.
//!
//! # Heals
//! The rules are taken out of every pod's network.
//!
//! # Expiry
//! The kernel: addresses stand in an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout and `numgen random` in the kernel of the nodes; with `correlation`, iptables' `NFQUEUE`.
//!
//! # Seen in production
//! No public post-mortem checked yet: most that name packet loss name a cable or a card, and no number.

use super::{
    Context, link,
    parameters::{CORRELATION, DIRECTION, FROM, KERNEL, Manual, SHARE, TO},
};
use crate::model::{
    fault::LosePackets,
    hold::{Fate, Shape},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "lose-packets",
    about: "Lose packets at random",
    engine: "nftables, NFQUEUE helper",
    expiry: KERNEL,
    parameters: &[FROM, TO, SHARE, CORRELATION, DIRECTION],
    example: "--from payment --to postgres --share 20%",
};

pub(super) fn recipe(fault: &LosePackets, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    // The kernel's dice have no memory; a helper's have.
    let fate = match fault.correlation {
        None => Fate::Lose(fault.share),
        Some(correlation) => Fate::Shape(Shape { lose: fault.share, correlation, ..Shape::default() }),
    };
    link(&fault.from, fault.to.as_ref(), fault.direction, fate, context)
}
