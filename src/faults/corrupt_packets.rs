//! Spoil packets.
//!
//! # Story
//! A card or a cable that flips bits. The checksum finds nearly all of it, so what is seen is loss; nearly.
//!
//! # Breaks
//! In the network of each pod of `from`, one bit of the given share of the packets to and from `to` is turned by a helper, behind
//! the IP header; the checksum stays as it was, so that the receiver throws the packet away.
//!
//! # Heals
//! The rules are taken out of every pod's network, and the helper is stopped.
//!
//! # Dead-man
//! Two: the rule that leads packets to the helper matches an nftables set with a timeout, renewed every third of it, and the
//! queue lets packets pass when no helper reads it (`--queue-bypass`); the helper itself has a deadline in the node.
//!
//! # Needs
//! nftables sets with a timeout, and iptables' `NFQUEUE`, in the kernel of the nodes.
//!
//! # Seen in production
//! Amazon S3, 20 July 2008: single bits turned in messages between servers, and nothing checked them.

use super::{
    Ground, link,
    manual::{CORRELATION, DIRECTION, FROM, HELPER, Manual, SHARE, TO},
};
use crate::model::{
    fault::CorruptPackets,
    hold::{Fate, Shape},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "corrupt-packets",
    about: "Spoil packets",
    engine: "NFQUEUE helper",
    dead_man: HELPER,
    parameters: &[FROM, TO, SHARE, CORRELATION, DIRECTION],
    example: "--from payment --to postgres --share 5%",
};

pub(super) fn recipe(fault: &CorruptPackets, ground: &Ground) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    let fate = Fate::Shape(Shape { corrupt: fault.share, correlation: fault.correlation, ..Shape::default() });
    link(&fault.from, fault.to.as_ref(), fault.direction, fate, ground)
}
