//! The helper in a pod's network: packets and connections are led to it by a set whose elements expire.
//!
//! **Invariant**: without an element in the set nothing reaches the helper, and without the helper everything passes by it.

use std::fmt::Write as _;

use super::{
    keeper::{Kept, OURS},
    shell::{program, script, script_with},
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

/// Brings the helper into the node.
const FETCH: &str = include_str!("fetch.sh");
/// The helper runs.
const START: &str = include_str!("helper.sh");
/// It is stopped, and has let go of what it held back.
const STOP: &str = include_str!("helper-stop.sh");
/// Leads packets to it.
const STEER: &str = include_str!("steer.sh");

/// Before anything else is done with it.
pub fn fetch() -> String {
    script(FETCH, &[("image", IMAGE), ("place", PLACE)])
}

/// The helper that shapes what is marked, in one pod's network.
pub fn shaper(id: &str, uid: &str, network: &str, shape: &Shape) -> Kept {
    let (queue, mark) = (number(id) % 60_000 + 1, mark(id));
    let percent = |share: Share| format!("{}%", share.0 * 100.0);
    let mut arguments = words(["shape", "--queue", &queue.to_string(), "--mark", &mark.to_string()]);
    arguments.extend(words(["--seed", &queue.to_string()]));
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
            arguments.extend([format!("--{name}"), value]);
        }
    }
    let (mark, queue) = (format!("0x{mark:08x}"), queue.to_string());
    let steer = |way: &str| script(STEER, &[("way", way), ("network", network), ("mark", &mark), ("queue", &queue)]);
    Kept {
        key: uid.to_owned(),
        // The helper first: a queue without one lets everything pass.
        blow: running(network, &arguments) + &steer("in"),
        heal: stopped() + &steer("out"),
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
    let mut arguments = words(["http", "--listen", &listen(id).to_string(), "--upstream", &http.port.to_string()]);
    arguments.extend(["--share".to_owned(), format!("{}%", http.share.0 * 100.0)]);
    if let Some(status) = http.status {
        arguments.extend(words(["--status", &status.to_string()]));
    }
    if !http.delay.0.is_zero() {
        arguments.extend(words(["--delay", &http.delay.to_string()]));
    }
    if !http.answer_delay.0.is_zero() {
        arguments.extend(words(["--answer-delay", &http.answer_delay.to_string()]));
    }
    if let Some(path) = &http.path {
        arguments.extend(words(["--path", path]));
    }
    let blow = running(network, &arguments);
    // A door without a doorkeeper is shut, and that is another fault: one that was killed is started anew at once.
    Kept { key: uid.to_owned(), beat: Some(blow.clone()), blow, heal: stopped() }
}

/// The helper runs, and is started if it does not.
fn running(network: &str, arguments: &[String]) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    program(OURS) + &script_with(START, &[("network", network), ("agent", PLACE)], &arguments)
}

/// It is stopped.
fn stopped() -> String {
    program(OURS) + &program(STOP)
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::units::{Share, Span};

    #[test]
    fn a_shape_becomes_arguments_and_a_queue_that_lets_pass_when_nobody_reads_it() {
        let delay = Span(std::time::Duration::from_millis(50));
        let shape = Shape { delay, lose: Share(0.05), ..Shape::default() };
        let Kept { blow, heal, .. } = shaper("x0000002a", "u-1", "/var/run/netns/cni-1", &shape);
        let words = "shape --queue 43 --mark 1073741866 --seed 43 --delay 50ms --lose 5%";
        assert!(blow.contains(words), "{blow}");
        for (script, way) in [(blow, "way=in"), (heal, "way=out")] {
            assert!(
                script.contains(way) && script.contains("queue=43") && script.contains("--queue-bypass"),
                "{script}"
            );
        }
    }
}
