//! Let through no more than so many bytes a second.
//!
//! # Story
//! A backup runs over the same line as the customers. Small answers are quick, large ones never end.
//!
//! # Breaks
//! In the network of each pod of `from`, what goes beyond `kilobytes` thousand bytes a second to and from `to` is lost
//! (policing, not shaping: there is no queue). TCP settles below the limit.
//!
//! # Heals
//! The rules are taken out of every pod's network.
//!
//! # Expiry
//! The kernel: addresses stand in an nftables set with a timeout, renewed every third of it.
//!
//! # Needs
//! nftables sets with a timeout and `limit` in the kernel of the nodes.
//!
//! # Seen in production
//! Slack, 4 January 2021: links between networks saturated when everybody came back from holiday at once.

use super::{
    Context, link,
    parameters::{DIRECTION, FROM, KERNEL, Manual, TO, must},
};
use crate::model::{fault::LimitBandwidth, hold::Fate, op::Recipe};

pub(super) const MANUAL: Manual = Manual {
    key: "limit-bandwidth",
    about: "Let through no more than so many bytes a second",
    engine: "nftables",
    expiry: KERNEL,
    parameters: &[FROM, TO, must("kilobytes", "NUMBER", "In thousands of bytes a second"), DIRECTION],
    example: "--from nginx --kilobytes 20",
};

pub(super) fn recipe(fault: &LimitBandwidth, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.kilobytes == 0 {
        return Err(vec!["kilobytes: expected more than zero; a link without any room is `cut-link`".to_owned()]);
    }
    let fate = Fate::Limit(fault.kilobytes.saturating_mul(1000));
    link(&fault.from, fault.to.as_ref(), fault.direction, fate, context)
}
