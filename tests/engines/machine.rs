//! The machine: a node with one pod's network and one peer, and what it says.
//!
//! **Invariant**: every line that matters begins with `@`; whatever else the machine prints is told when something is missing.

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use serde::Deserialize;

/// The pod's network, as the container runtime names it.
pub(crate) const NETWORK: &str = "/var/run/netns/cni-a";
/// Who answers.
pub(crate) const PEER: &str = "10.9.0.2";

/// What a ping has found.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Round {
    pub(crate) count: u32,
    pub(crate) lost: u32,
    pub(crate) duplicates: u32,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// A pod and a peer; the agent is in the node already, by the digest of its image.
const NODE: &str = r#"
set -eu
mkdir -p /var/lib/node-agent
cp /usr/local/bin/agent /var/lib/node-agent/agent
echo sha256:here > /var/lib/node-agent/agent.digest
printf '#!/bin/sh\necho REF TYPE DIGEST\necho agent image sha256:here\n' > /usr/local/bin/ctr
chmod +x /usr/local/bin/ctr
ip netns add cni-a
ip netns add peer
ip -n cni-a link add eth0 type veth peer name eth0 netns peer
for side in 'cni-a 10.9.0.1' 'peer 10.9.0.2'; do
    set -- $side
    ip -n $1 address add $2/24 dev eth0
    ip -n $1 link set eth0 up
    ip -n $1 link set lo up
done
ip netns exec peer chrt -f 10 agent echo --port 7007 &
# What a machine does in its first seconds is not measured.
sleep 10
"#;

/// A script as a node runs it.
pub(crate) fn step(script: &str) -> String {
    format!("sh -eu <<'STEP'\n{script}\nSTEP\n")
}

/// Pings so many milliseconds apart, by each protocol.
pub(crate) fn pings(name: &str, protocols: &str, count: u32, apart_ms: u64) -> String {
    format!(
        "for how in {protocols}; do echo \"@ping {name}/$how $(ip netns exec cni-a chrt -f 10 agent ping --$how {PEER}:7007 --count {count} --interval {apart_ms}ms)\"; done\n"
    )
}

/// Says whatever is in the pod's network, or in the node, that was not there in the beginning.
pub(crate) fn left(name: &str) -> String {
    format!(
        "left=$(ip netns exec cni-a sh -c 'nft list tables; tc qdisc show | grep -v noqueue; iptables-legacy -t mangle -S | grep NFQUEUE; ip -o link | grep ifb' || :)\necho \"@left {name} $(echo $left $(ls /run/node-tasks 2>/dev/null | grep -v keeper || :))\"\n"
    )
}

/// What the machine has said.
pub(crate) struct Found(pub(crate) String);

impl Found {
    fn line(&self, what: &str) -> &str {
        let found = self.0.lines().find_map(|line| line.strip_prefix(what));
        found.unwrap_or_else(|| panic!("no `{what}` in what the machine said:\n{}", self.0)).trim()
    }

    pub(crate) fn round(&self, name: &str) -> Round {
        let line = self.line(&format!("@ping {name} "));
        serde_json::from_str(line).unwrap_or_else(|why| panic!("{name}: {why}: {line}\n{}", self.0))
    }

    pub(crate) fn left(&self, name: &str) -> String {
        self.line(&format!("@left {name}")).to_owned()
    }
}

/// Starts a machine for this work; it is gone afterwards.
pub(crate) fn run(work: &str) -> Found {
    let mut script = String::from(NODE);
    let _ = write!(script, "{work}echo @done\n");
    let arguments = ["run", "--rm", "--interactive", "--network", "none", "--label", "droplab=engines", "droplab/vm"];
    let mut docker = Command::new("timeout");
    docker.args(["900", "docker"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut machine = docker.spawn().unwrap();
    machine.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = machine.wait_with_output().unwrap();
    let found = Found(String::from_utf8_lossy(&output.stdout).replace('\r', ""));
    found.line("@done");
    found
}
