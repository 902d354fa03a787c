//! The helper in a pod's network: packets and connections are led to it by a set whose elements expire.
//!
//! **Invariant**: without an element in the set nothing reaches the helper, and without the helper everything passes by it.

use std::fmt::Write as _;

use super::{
    keeper::{Kept, until},
    table::{PRIORITY, Rules, TABLE, everybody, mark, number, with_set},
};
use crate::model::{
    hold::{Http, Shape},
    units::Share,
};

/// The image that carries the helper.
pub const IMAGE: &str = "docker.io/droplab/agent:1";
/// Where it lies in a node: `/run` is mounted so that nothing can be run from it.
pub(super) const PLACE: &str = "/var/lib/node-agent/agent";

/// Brings the helper into the node, unless it is there already; by its digest, so that a newer one is another one.
const FETCH: &str = r#"
digest=$(ctr -n k8s.io images ls name==__IMAGE__ | awk 'NR == 2 { print $3 }')
[ -n "$digest" ] || { echo "the node has no image __IMAGE__: make images, then droplab up"; exit 1; }
if [ "$(cat __PLACE__.digest 2>/dev/null)" != "$digest" ]; then
    mkdir -p /var/lib/node-agent/image
    ctr -n k8s.io images mount __IMAGE__ /var/lib/node-agent/image >/dev/null
    cp /var/lib/node-agent/image/agent __PLACE__.new && mv __PLACE__.new __PLACE__ && echo "$digest" > __PLACE__.digest
    ctr -n k8s.io images unmount --rm /var/lib/node-agent/image >/dev/null
fi
"#;

/// Before anything else is done with it.
pub fn fetch() -> String {
    FETCH.replace("__IMAGE__", IMAGE).replace("__PLACE__", PLACE)
}

/// The helper that shapes what is marked, in one pod's network.
pub fn shaper(id: &str, uid: &str, network: &str, shape: &Shape) -> Kept {
    let (queue, mark) = (number(id) % 60_000 + 1, mark(id));
    let percent = |share: Share| format!("{}%", share.0 * 100.0);
    let mut arguments = format!("shape --queue {queue} --mark {mark} --seed {queue}");
    let distribution = format!("{:?}", shape.distribution).to_lowercase();
    for (name, value, wanted) in [
        ("delay", shape.delay.to_string(), !shape.delay.0.is_zero()),
        ("jitter", shape.jitter.to_string(), !shape.jitter.0.is_zero()),
        ("distribution", distribution, !shape.jitter.0.is_zero()),
        ("lose", percent(shape.lose), shape.lose.0 > 0.0),
        ("duplicate", percent(shape.duplicate), shape.duplicate.0 > 0.0),
        ("corrupt", percent(shape.corrupt), shape.corrupt.0 > 0.0),
        ("correlation", percent(shape.correlation), shape.correlation.0 > 0.0),
    ] {
        if wanted {
            let _ = write!(arguments, " --{name} {value}");
        }
    }
    let tables = "t=$(command -v iptables-legacy || command -v iptables)";
    let rule = |verb: &str, chain: &str| {
        format!(
            "nsenter --net={network} $t -t mangle -{verb} {chain} -m mark --mark 0x{mark:08x} -j NFQUEUE --queue-num {queue} --queue-bypass"
        )
    };
    let both = ["POSTROUTING", "INPUT"];
    let add = both.map(|chain| format!("{} 2>/dev/null || {}", rule("C", chain), rule("A", chain))).join("\n");
    let delete = both.map(|chain| format!("{} 2>/dev/null || :", rule("D", chain))).join("\n");
    Kept {
        key: uid.to_owned(),
        // The helper first: a queue without one lets everything pass.
        blow: format!("{}\n{tables}\n{add}", running(network, &arguments)),
        heal: format!("{STOPPED}\n{tables}\n[ ! -e {network} ] || {{ {delete}\n}}"),
        beat: None,
    }
}

/// Leads connections from outside to the helper; those that were open before are reset once.
pub fn doorway(id: &str, ttl_ms: u128, http: &Http) -> Rules {
    let (Http { port, .. }, listen) = (http, listen(id));
    let mut chains = format!(
        "add chain ip {TABLE} {id}_p {{ type nat hook prerouting priority -110; policy accept; }}\nflush chain ip {TABLE} {id}_p\n"
    );
    let _ = writeln!(
        chains,
        "add rule ip {TABLE} {id}_p iifname != lo tcp dport {port} ip saddr @{id} counter redirect to :{listen}"
    );
    // What was led to the helper bears its port by now.
    let _ = writeln!(
        chains,
        "add chain ip {TABLE} {id}_i {{ type filter hook input {PRIORITY} }}\nflush chain ip {TABLE} {id}_i"
    );
    let _ = writeln!(
        chains,
        "add rule ip {TABLE} {id}_i iifname != lo tcp dport {port} ip saddr @{id} reject with tcp reset"
    );
    with_set("ip", id, ttl_ms, &everybody(), true, &chains)
}

/// A port that no service of the shop has.
fn listen(id: &str) -> u32 {
    20_000 + number(id) % 10_000
}

/// The helper that stands before a pod's service.
pub fn doorkeeper(id: &str, uid: &str, network: &str, http: &Http) -> Kept {
    let mut arguments =
        format!("http --listen {} --upstream {} --share {}%", listen(id), http.port, http.share.0 * 100.0);
    if let Some(status) = http.status {
        let _ = write!(arguments, " --status {status}");
    }
    if !http.delay.0.is_zero() {
        let _ = write!(arguments, " --delay {}", http.delay);
    }
    if let Some(path) = &http.path {
        let _ = write!(arguments, " --path '{path}'");
    }
    let blow = running(network, &arguments);
    // A door without a doorkeeper is shut, and that is another fault: one that was killed is started anew at once.
    Kept { key: uid.to_owned(), beat: Some(blow.clone()), blow, heal: STOPPED.to_owned() }
}

/// The helper runs, and is started if it does not.
fn running(network: &str, arguments: &str) -> String {
    format!(
        "if [ ! -e $d/agent ] || ! kill -0 \"$(cat $d/agent)\" 2>/dev/null; then
    # Where it may be, it is on time even on a busy machine: a packet that waits for the processor is late.
    p=\"chrt -f 10\"; $p true 2>/dev/null || p=
    setsid nsenter --net={network} $p {PLACE} {arguments} --counts $d/counts </dev/null >$d/said 2>&1 &
    echo $! > $d/agent
{}
fi",
        until("counts", "agent")
    )
}

/// It is stopped, and has let go of what it held back.
const STOPPED: &str = "a=$d/agent
if [ -e $a ]; then
    kill \"$(cat $a)\" 2>/dev/null || :
    n=0
    while kill -0 \"$(cat $a)\" 2>/dev/null && [ $n -lt 20 ]; do sleep 0.05; n=$((n + 1)); done
    kill -9 \"$(cat $a)\" 2>/dev/null || :
fi";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::units::{Share, Span};

    #[test]
    fn a_shape_becomes_arguments_and_a_queue_that_lets_pass_when_nobody_reads_it() {
        let delay = Span(std::time::Duration::from_millis(50));
        let shape = Shape { delay, lose: Share(0.05), ..Shape::default() };
        let Kept { blow, heal, .. } = shaper("x0000002a", "u-1", "/var/run/netns/cni-1", &shape);
        assert!(blow.contains("shape --queue 43 --mark 1073741866 --seed 43 --delay 50ms --lose 5%"), "{blow}");
        assert_eq!((blow.matches("--queue-bypass").count(), heal.matches("--queue-bypass").count()), (4, 2));
    }
}
