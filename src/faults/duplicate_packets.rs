//! Send packets twice.
//!
//! # Story
//! A loop in a switch, a failover in which both sides send for a while. TCP shrugs; whatever speaks UDP had better, too.
//!
//! # Breaks
//! In the network of each pod of `from`, the given share of what it sends to `to` is sent twice by a helper, each by its own
//! throw of the dice.
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
//! No public post-mortem checked yet.

use super::{
    Ground, link,
    manual::{CORRELATION, FROM, HELPER, Manual, SHARE, TO},
};
use crate::model::{
    fault::DuplicatePackets,
    hold::{Direction, Fate, Shape},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "duplicate-packets",
    about: "Send packets twice",
    engine: "NFQUEUE helper",
    dead_man: HELPER,
    parameters: &[FROM, TO, SHARE, CORRELATION],
    example: "--from payment --to postgres --share 20%",
};

pub(super) fn recipe(fault: &DuplicatePackets, ground: &Ground) -> Result<Recipe, Vec<String>> {
    if fault.share.0 <= 0.0 {
        return Err(vec!["share: 0% of the packets is none".to_owned()]);
    }
    let fate = Fate::Shape(Shape { duplicate: fault.share, correlation: fault.correlation, ..Shape::default() });
    link(&fault.from, fault.to.as_ref(), Direction::Out, fate, ground)
}
