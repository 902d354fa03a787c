//! Send packets twice.
//!
//! # Story
//! A loop in a switch, a failover in which both sides send for a while. TCP shrugs; whatever speaks UDP had better, too.
//!
//! # Breaks
//! In the network of each pod of `from`, the given share of what it sends to `to` is sent twice by netem or a helper, each by its own
//! throw of the dice.
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
//! No public post-mortem checked yet.

use super::{
    Context, link,
    parameters::{CORRELATION, FROM, HELPER, Manual, SHARE, TO},
};
use crate::model::{
    fault::DuplicatePackets,
    hold::{Direction, Fate, Shape},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "duplicate-packets",
    about: "Send packets twice",
    engine: "netem or NFQUEUE helper",
    expiry: HELPER,
    parameters: &[FROM, TO, SHARE, CORRELATION],
    example: "--from payment --to postgres --share 20%",
};

pub(super) fn recipe(fault: &DuplicatePackets, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    let fate = Fate::Shape(Shape { duplicate: fault.share, correlation: fault.correlation, ..Shape::default() });
    link(&fault.from, fault.to.as_ref(), Direction::Out, fate, context)
}
