//! Cut what goes between two parts of the shop, new connections and established ones alike.
//!
//! # Story
//! Both ends are healthy, every dashboard of either is green, and they cannot reach each other.
//!
//! # Breaks
//! In the network of each pod of `from`, packets to and from the addresses of `to` (its pods' and its Service's) are lost
//! (`mode: drop`) or answered by a TCP reset (`mode: reset`). Clients see timeouts, or errors at once.
//!
//! # Heals
//! The rules are taken out of every pod's network; connections that TCP has not given up go on.
//!
//! # Expiry
//! The kernel: addresses stand in an nftables set with a timeout (nft(8), *sets*), renewed every third of it. When droplab
//! dies, they expire, and packets pass again with nobody there to let them.
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes; pods with a network of their own.
//!
//! # Seen in production
//! GitHub, 21 October 2018: 43 seconds without a link between two data centres, 24 hours of repair.

use super::{
    Context, both,
    parameters::{DIRECTION, FROM, KERNEL, Manual, may, must},
};
use crate::model::{
    fault::CutLink,
    hold::{Hold, Packets, Port},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "cut-link",
    about: "Cut what goes between two parts, established connections too",
    engine: "nftables",
    expiry: KERNEL,
    parameters: &[
        FROM,
        must("to", "TARGET", "The other end; also address/10.0.0.7"),
        may("mode", "drop|reset", "Lose packets without a word (drop), or answer by a TCP reset"),
        DIRECTION,
        may("port", "PORT", "Only this TCP port of the other end"),
    ],
    example: "--from payment --to postgres",
};

pub(super) fn recipe(fault: &CutLink, context: &Context) -> Result<Recipe, Vec<String>> {
    let (at, peer) = both(&fault.from, Some(&fault.to), context)?;
    let port = fault.port.map(|number| Port { udp: false, number });
    Ok(context.hold(Hold::Packets(Packets {
        at,
        peer,
        port,
        names: Vec::new(),
        direction: fault.direction,
        fate: fault.mode.into(),
    })))
}
