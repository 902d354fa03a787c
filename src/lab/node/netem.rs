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

/// Classes of our own below `d:` for what goes out: the first is everybody's, each fault takes one of the others.
const OUT: &str = "
case \"$(tc qdisc show dev eth0 root)\" in
*'prio d: '*) ;;
'' | *noqueue*) tc qdisc add dev eth0 root handle d: prio bands 16 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ;;
*) echo \"its network has a queue of another's: $(tc qdisc show dev eth0 root)\"; exit 1 ;;
esac
if ! tc filter show dev eth0 parent d: | grep -q 'handle __MARK__ '; then
    for class in 2 3 4 5 6 7 8 9 a b c d e f 10; do
        tc qdisc show dev eth0 | grep -q \"parent d:$class \" || break
    done
    tc qdisc add dev eth0 parent d:$class netem __ARGUMENTS__
    tc filter add dev eth0 parent d: protocol ip prio 1 handle __MARK__ fw classid d:$class
fi";

const IN: &str = "
if ! ip link show __ID__ >/dev/null 2>&1; then
    ip link add __ID__ type ifb
    tc qdisc add dev __ID__ root netem __ARGUMENTS__
    ip link set __ID__ up
fi";

/// Takes out whatever is there, once nothing waits in it any more (two seconds at most).
const AWAY: &str = "
class=$(tc filter show dev eth0 parent d: 2>/dev/null | sed -n 's/.* handle __MARK__ classid d:\\([0-9a-f]*\\).*/\\1/p')
waits() { { tc -s qdisc show dev __ID__; [ -z \"$class\" ] || tc -s qdisc show dev eth0 | grep -A 3 \"parent d:$class \"; } 2>/dev/null | grep -q 'backlog .* [1-9][0-9]*p'; }
n=0
while waits && [ $n -lt 40 ]; do sleep 0.05; n=$((n + 1)); done
ip link delete __ID__ 2>/dev/null || :
if [ -n \"$class\" ]; then
    tc filter delete dev eth0 parent d: protocol ip prio 1 handle __MARK__ fw || :
    tc qdisc delete dev eth0 parent d:$class || :
    [ -n \"$(tc filter show dev eth0 parent d:)\" ] || tc qdisc delete dev eth0 root || :
fi 2>/dev/null";

/// netem in one pod's network, which nothing reaches yet.
pub fn shaper(id: &str, uid: &str, network: &str, packets: &Packets, shape: &Shape) -> Kept {
    let mark = format!("0x{:x}", mark(id));
    let inside = |script: &str| {
        let script = script.replace("__ID__", id).replace("__MARK__", &mark);
        let script = script.replace("__ARGUMENTS__", &arguments(shape));
        format!("[ ! -e {network} ] || nsenter --net={network} sh -eu <<'NETEM'{script}\nNETEM")
    };
    let ways = match packets.direction {
        Direction::Both => [OUT, IN].concat(),
        Direction::Out => OUT.to_owned(),
        Direction::In => IN.to_owned(),
    };
    // Whoever releases it and the keeper may be at it at the same time.
    let away = format!("\n{{ {}}} 2>/dev/null || :{AWAY}", release_from("netdev", id));
    Kept { key: uid.to_owned(), blow: inside(&ways), heal: inside(&away), beat: None }
}
