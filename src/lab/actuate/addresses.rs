//! Whose packets a rule is about, as addresses.
//!
//! **Invariant**: pure: what the facts tell, and nothing more.

use crate::model::{facts::Facts, hold::Packets};

pub(super) fn peers(rule: &Packets, facts: &Facts) -> Vec<String> {
    let addresses = rule.peer.as_ref().map(|peer| peer.target.addresses(facts, peer.seed)).unwrap_or_default();
    addresses.iter().map(ToString::to_string).collect()
}

/// Every other node, and every other node's pods.
pub(super) fn beyond(zone: &str, facts: &Facts) -> Vec<String> {
    let others = facts.nodes.values().filter(|node| node.zone.as_deref() != Some(zone));
    others
        .flat_map(|node| node.address.map(|address| address.to_string()).into_iter().chain(node.pod_range.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Node;

    #[test]
    fn a_zone_is_cut_from_every_other_node_and_its_pods() {
        let node = |number: u8, zone: Option<&str>| Node {
            zone: zone.map(str::to_owned),
            address: Some(std::net::Ipv4Addr::new(172, 18, 0, number)),
            pod_range: Some(format!("10.244.{number}.0/24")),
        };
        let nodes = [("c", node(0, None)), ("w1", node(1, Some("dc-1"))), ("w2", node(2, Some("dc-2")))];
        let facts = Facts { nodes: nodes.map(|(name, node)| (name.to_owned(), node)).into(), ..Facts::default() };
        assert_eq!(beyond("dc-2", &facts), ["172.18.0.0", "10.244.0.0/24", "172.18.0.1", "10.244.1.0/24"]);
    }
}
