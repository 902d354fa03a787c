//! The kernel's own emulator of networks (tc-netem(8)), where it has one: the same as the helper does, without a helper.
//!
//! What a pod sends is marked, and the mark leads to a class of its own; what it is sent is handed to a device of its own
//! (an *ifb*) on its way in. Whether a packet goes there is decided by nftables sets whose elements expire, as everywhere.
//!
//! **Invariant**: as long as a set is empty every packet goes the way it always went; what waits when a fault ends is let through.

use std::fmt::Write as _;

use super::{
    keeper::Kept,
    packets::{self, at_port, for_peers},
    shell::{script, script_with},
    table::{Rules, TABLE, mark, release_from},
};
use crate::model::hold::{Direction, Distribution, Packets, Shape};

/// More than any delay piles up here: netem loses what goes beyond.
const LIMIT: u32 = 100_000;

/// Leads packets of these peers to netem.
pub fn rules(id: &str, ttl_ms: u128, packets: &Packets, peers: &[String]) -> Rules {
    let mut all = Rules { install: String::new(), arm: String::new(), renew: String::new() };
    if packets.direction != Direction::In {
        all.add(&packets::rules(id, ttl_ms, &Packets { direction: Direction::Out, ..packets.clone() }, peers));
    }
    if packets.direction != Direction::Out {
        // Before everything else that looks at what comes in.
        let chain = format!(
            "add chain netdev {TABLE} {id}_n {{ type filter hook ingress device eth0 priority -300; policy accept; }}
flush chain netdev {TABLE} {id}_n
add rule netdev {TABLE} {id}_n ip saddr @{id} {}counter fwd to {id}
",
            at_port(packets, "sport")
        );
        all.add(&for_peers("netdev", id, ttl_ms, packets, peers, &chain));
    }
    all
}

/// A shape as tc writes it.
fn arguments(shape: &Shape) -> String {
    let mut text = format!("limit {LIMIT}");
    if !shape.delay.0.is_zero() || !shape.jitter.0.is_zero() {
        let _ = write!(text, " delay {}us", shape.delay.0.as_micros());
    }
    if !shape.jitter.0.is_zero() {
        let _ = write!(text, " {}us", shape.jitter.0.as_micros());
        text += match shape.distribution {
            Distribution::Uniform => "",
            Distribution::Normal => " distribution normal",
            Distribution::Pareto => " distribution pareto",
        };
    }
    for (name, share) in [("loss", shape.lose), ("duplicate", shape.duplicate), ("corrupt", shape.corrupt)] {
        if share.0 > 0.0 {
            let _ = write!(text, " {name} {}%", share.0 * 100.0);
        }
    }
    text
}

/// Leads what goes out through netem.
const OUT: &str = include_str!("netem-out.sh");
/// A device for what comes in.
const IN: &str = include_str!("netem-in.sh");
/// Takes out whatever is there.
const AWAY: &str = include_str!("netem-away.sh");
/// Does a script in a pod's network.
const INSIDE: &str = include_str!("in-network.sh");

/// netem in one pod's network, which nothing reaches yet.
pub fn shaper(id: &str, uid: &str, network: &str, packets: &Packets, shape: &Shape) -> Kept {
    let mark = format!("0x{:x}", mark(id));
    let arguments = arguments(shape);
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let inside = |does: &str| script(INSIDE, &[("network", network), ("does", does)]);
    let way = |text: &str| script_with(text, &[("id", id), ("mark", &mark)], &arguments);
    let ways = match packets.direction {
        Direction::Both => way(OUT) + &way(IN),
        Direction::Out => way(OUT),
        Direction::In => way(IN),
    };
    let away = script(AWAY, &[("id", id), ("mark", &mark), ("release_rules", &release_from("netdev", id))]);
    Kept { key: uid.to_owned(), blow: inside(&ways), heal: inside(&away), beat: None }
}
