//! What becomes of packets in a pod's network, or in a node's, as rules of nftables.
//!
//! **Invariant**: every rule matches a set of `table`'s, so that the kernel ends what nobody renews.

use std::fmt::Write as _;

use super::table::{Rules, TABLE, empty_chain, everybody, mark, with_set};
use crate::model::hold::{Direction, Fate, Packets, Port};

/// One fault in a pod's network. `peers` are addresses.
pub fn rules(id: &str, ttl_ms: u128, packets: &Packets, peers: &[String]) -> Rules {
    let mut chains = String::new();
    let mut chain = |way: &str, hook: &str, address: &str, side: &str| {
        chains += &empty_chain(id, way, hook);
        for rule in verdicts(id, packets, side) {
            // Loopback is the pod talking to itself.
            let lo = if way == "o" { "oifname" } else { "iifname" };
            let _ = writeln!(chains, "add rule ip {TABLE} {id}_{way} {lo} != lo {address} @{id} {rule}");
        }
    };
    if packets.direction != Direction::In {
        chain("o", "output", "ip daddr", "dport");
    }
    if packets.direction != Direction::Out {
        chain("i", "input", "ip saddr", "sport");
    }
    for_peers("ip", id, ttl_ms, packets, peers, &chains)
}

/// The set of those whose packets are meant: these peers, or everybody.
pub(super) fn for_peers(
    family: &str,
    id: &str,
    ttl_ms: u128,
    packets: &Packets,
    peers: &[String],
    chains: &str,
) -> Rules {
    match packets.peer {
        None => with_set(family, id, ttl_ms, &everybody(), true, chains),
        Some(_) => with_set(family, id, ttl_ms, peers, false, chains),
    }
}

/// The same for a data centre: nothing to or from these ranges passes through its node.
pub fn cut(id: &str, ttl_ms: u128, ranges: &[String]) -> Rules {
    let mut chains = String::new();
    for (way, hook) in [("o", "output"), ("i", "input"), ("f", "forward")] {
        chains += &empty_chain(id, way, hook);
        for address in ["ip daddr", "ip saddr"] {
            let _ = writeln!(chains, "add rule ip {TABLE} {id}_{way} {address} @{id} counter drop");
        }
    }
    with_set("ip", id, ttl_ms, ranges, true, &chains)
}

/// What a packet of this fault meets: one rule, or two where TCP is answered otherwise than the rest.
fn verdicts(id: &str, packets: &Packets, side: &str) -> Vec<String> {
    let port = at_port(packets, side);
    let what = match packets.names.as_slice() {
        [] => vec![port],
        names => names.iter().map(|name| format!("{port}{}", question(name))).collect(),
    };
    what.iter().flat_map(|what| verdict(id, packets.fate, what)).collect()
}

/// Matches the port that is meant, if one is.
pub(super) fn at_port(packets: &Packets, side: &str) -> String {
    let port = |port: &Port| format!("{} {side} {} ", if port.udp { "udp" } else { "tcp" }, port.number);
    packets.port.as_ref().map(port).unwrap_or_default()
}

/// Matches a DNS question whose name begins with these labels: they follow the headers of UDP (8 bytes) and of DNS (12 bytes)
/// as length and letters (RFC 1035, 4.1.2). Eight bytes at a time, as much as a register of nftables holds with ease.
fn question(name: &str) -> String {
    let labels = name.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).unwrap_or(u8::MAX);
        std::iter::once(length).chain(label.bytes()).collect::<Vec<_>>()
    });
    let bytes: Vec<u8> = labels.collect();
    bytes.chunks(8).zip(0..).fold(String::new(), |mut text, (chunk, index)| {
        let number = chunk.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let _ = write!(
            text,
            "@th,{},{} 0x{number:0digits$x} ",
            160 + index * 64,
            chunk.len() * 8,
            digits = chunk.len() * 2
        );
        text
    })
}

fn verdict(id: &str, fate: Fate, port: &str) -> Vec<String> {
    match fate {
        // For netem or a helper, see there; what that sends itself is not led to it again.
        Fate::Shape(_) => {
            let mark = mark(id);
            vec![format!("{port}meta mark != 0x{:08x} counter meta mark set 0x{mark:08x}", mark + 1)]
        }
        Fate::Drop => vec![format!("{port}counter drop")],
        Fate::Reset => vec![
            format!("{port}ip protocol tcp counter reject with tcp reset"),
            format!("{port}ip protocol != tcp counter reject with icmp port-unreachable"),
        ],
        Fate::Lose(share) => vec![format!("{port}numgen random mod 10000 < {:.0} counter drop", share.0 * 10_000.0)],
        Fate::Limit(bytes) => {
            vec![format!(
                "{port}limit rate over {bytes} bytes/second burst {} bytes counter drop",
                bytes.clamp(3000, 65_536)
            )]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{hold::Selection, units::Share};

    fn packets(fate: Fate) -> Packets {
        let at = |name: &str| Selection { target: name.parse().unwrap(), seed: 1 };
        Packets {
            at: at("payment"),
            peer: Some(at("postgres")),
            port: Some(Port { udp: false, number: 5432 }),
            names: Vec::new(),
            direction: Direction::Out,
            fate,
        }
    }

    #[test]
    fn a_cut_is_one_transaction_whose_elements_expire() {
        let peers = ["10.0.0.1".to_owned(), "10.96.0.9".to_owned()];
        let Rules { install, arm, renew } = rules("x1", 30_000, &packets(Fate::Drop), &peers);
        insta::assert_snapshot!(renew, @r"
        add table ip node_filter
        add set ip node_filter x1 { type ipv4_addr; flags timeout; }
        add counter ip node_filter x1
        add chain ip node_filter x1_o { type filter hook output priority -300; policy accept; }
        flush chain ip node_filter x1_o
        add rule ip node_filter x1_o oifname != lo ip daddr @x1 tcp dport 5432 counter name x1 drop
        flush set ip node_filter x1
        add element ip node_filter x1 { 10.0.0.1 timeout 30000ms, 10.96.0.9 timeout 30000ms }
        ");
        assert!(renew.starts_with(&install) && renew.ends_with(&arm));
    }

    #[test]
    fn a_question_is_matched_by_its_first_labels() {
        assert_eq!(question("bank"), "@th,160,40 0x0462616e6b ");
        assert_eq!(question("postgres.shop"), "@th,160,64 0x08706f7374677265 @th,224,48 0x730473686f70 ");
    }

    #[test]
    fn each_fate_has_its_rule() {
        let rule = |fate| verdicts("x0000002a", &packets(fate), "dport").join("; ");
        assert_eq!(rule(Fate::Lose(Share(0.05))), "tcp dport 5432 numgen random mod 10000 < 500 counter drop");
        assert!(rule(Fate::Reset).contains("reject with tcp reset"));
        assert!(rule(Fate::Limit(20_000)).contains("limit rate over 20000 bytes/second"));
    }
}
