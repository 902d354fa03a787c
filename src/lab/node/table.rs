//! Our one table of nftables in a network: for each fault a set whose elements expire, a counter, and chains.
//!
//! A renewal flushes the set and fills it again in one transaction, which gives its elements their whole time anew (a plain
//! re-add does not; nft(8), *add element*).
//!
//! **Invariant**: without an element in its set no rule matches anything: when nobody renews, the kernel ends the fault.

use super::shell::script;

/// The one table of ours; a person on call may see its name.
pub const TABLE: &str = "node_filter";
/// Counts.
const COUNT: &str = include_str!("count.sh");
/// Takes one fault out.
const RELEASE: &str = include_str!("release-rules.sh");
/// Puts rules in.
const PUT: &str = include_str!("rules.sh");
/// Before everything that Kubernetes does with a packet.
pub(super) const PRIORITY: &str = "priority -300; policy accept;";

/// Rules, and the set that they match.
///
/// Deleting anything makes the kernel wait for all its readers (some 15 ms), adding an element does not: so the rules are put
/// in beforehand, matching nothing, and the blow is one element more.
pub struct Rules {
    /// Puts the rules in; as long as the set is empty they match nothing.
    pub install: String,
    /// The blow: fills the set, for so long.
    pub arm: String,
    /// The same with its whole time anew, whoever is in the set.
    pub renew: String,
}

/// Puts a text of nftables' into a pod's network; without one, into the node's own.
pub fn put(rules: &str, network: Option<&str>) -> String {
    script(PUT, &[("rules", rules), ("network", network.unwrap_or_default())])
}

impl Rules {
    /// These, and others.
    pub(super) fn add(&mut self, other: &Self) {
        self.install += &other.install;
        self.arm += &other.arm;
        self.renew += &other.renew;
    }
}

/// Everybody is two ranges: nft takes no /0 in a set of intervals.
pub(super) fn everybody() -> [String; 2] {
    ["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()]
}

/// A chain of ours without a rule in it, there or not.
pub(super) fn empty_chain(id: &str, way: &str, hook: &str) -> String {
    format!(
        "add chain ip {TABLE} {id}_{way} {{ type filter hook {hook} {PRIORITY} }}\nflush chain ip {TABLE} {id}_{way}\n"
    )
}

/// A set and a counter of this fault, in our table of a family of protocols.
pub(super) fn with_set(family: &str, id: &str, ttl_ms: u128, peers: &[String], ranges: bool, chains: &str) -> Rules {
    let flags = if ranges { "interval, timeout; auto-merge;" } else { "timeout;" };
    // Counted by name: a rule that is put in anew at a renewal would begin at nothing.
    let chains = chains.replace(" counter ", &format!(" counter name {id} "));
    let install = format!(
        "add table {family} {TABLE}\nadd set {family} {TABLE} {id} {{ type ipv4_addr; flags {flags} }}\nadd counter {family} {TABLE} {id}\n{chains}"
    );
    let elements: Vec<_> = peers.iter().map(|peer| format!("{peer} timeout {ttl_ms}ms")).collect();
    // Nobody is there to be cut off from: then nobody is.
    let arm = if elements.is_empty() {
        String::new()
    } else {
        format!("add element {family} {TABLE} {id} {{ {} }}\n", elements.join(", "))
    };
    let renew = format!("{install}flush set {family} {TABLE} {id}\n{arm}");
    Rules { install, arm, renew }
}

/// A number of a fault's own, from its id.
pub(super) fn number(id: &str) -> u32 {
    u32::from_str_radix(id.trim_start_matches('x').get(..8).unwrap_or("1"), 16).unwrap_or(1)
}

/// A fault's own mark, an even number; the next one is on what the helper itself sends. Kubernetes' marks are in the nodes' networks.
pub(super) fn mark(id: &str) -> u32 {
    number(id) & 0x7FFF_FFFE | 0x4000_0000
}

/// Takes one fault out of the network in which it is run, and the table with the last of them. Harmless where nothing is. One
/// transaction, for the kernel waits once for each.
pub fn release(id: &str) -> String {
    release_from("ip", id)
}

/// One fault strikes nobody new any more; its rules stay for connections that it has struck.
pub fn disarm(id: &str) -> String {
    format!("nft flush set ip {TABLE} {id} 2>/dev/null || :\n")
}

/// The same as [`release`] for our table of one family of protocols.
pub(super) fn release_from(family: &str, id: &str) -> String {
    script(RELEASE, &[("family", family), ("table", TABLE), ("id", id)])
}

/// Prints how many packets met the fault in the network in which it is run, and which network and family that is.
pub fn count(id: &str) -> String {
    script(COUNT, &[("table", TABLE), ("id", id)])
}
