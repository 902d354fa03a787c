//! Spoil packets.
//!
//! # Story
//! A card or a cable that flips bits. The checksum finds nearly all of it, so what is seen is loss; nearly.
//!
//! # Breaks
//! In the network of each pod of `from`, one bit of the given share of the packets to and from `to` is turned by netem or a helper, behind
//! the IP header; the checksum stays as it was, so that the receiver throws the packet away.
//!
//! # Heals
//! The rules are taken out of every pod's network, and netem, or the helper, with them.
//!
//! # Expiry
//! Two: what leads packets to netem, or to the helper, matches nftables sets with a timeout, renewed every third of it; and netem, or
//! the helper, has a deadline in the node. A queue lets packets pass when no helper reads it (`--queue-bypass`).
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes, and netem (with prio, fw, ifb and nftables' fwd) or, where that is missing,
//! iptables' `NFQUEUE` for a helper in user space. Both do the same (decision 0050); which one did it stands in the report.
//!
//! # Seen in production
//! Amazon S3, 20 July 2008: single bits turned in messages between servers, and nothing checked them.

use super::{
    Context, link,
    parameters::{CORRELATION, DIRECTION, FROM, HELPER, Manual, SHARE, TO},
};
use crate::model::{
    fault::CorruptPackets,
    hold::{Fate, Shape},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "corrupt-packets",
    about: "Spoil packets",
    engine: "netem or NFQUEUE helper",
    expiry: HELPER,
    parameters: &[FROM, TO, SHARE, CORRELATION, DIRECTION],
    example: "--from payment --to postgres --share 5%",
};

pub(super) fn recipe(fault: &CorruptPackets, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    let fate = Fate::Shape(Shape { corrupt: fault.share, correlation: fault.correlation, ..Shape::default() });
    link(&fault.from, fault.to.as_ref(), fault.direction, fate, context)
}
