//! What the engine's kernel offers to each kind of fault, tried for real in a network namespace of its own.
//!
//! **Invariant**: tried inside of a container without a network, which is gone afterwards; nothing of the host's changes.

use std::time::Duration;

use super::{Check, Mark, Topic};
use crate::lab::{command::Tool, docker::Engine, images::Images, tools};

/// A kind of fault: its name, what it stands on, and what happens without.
const FAULTS: [(&str, &str, &str, &str); 6] = [
    ("cut", "cut a link", "nftables sets with a timeout", "links cannot be cut"),
    ("loss", "lose packets", "nftables numgen", "packets cannot be lost at random"),
    ("redirect", "answer in place of a service", "nftables redirect", "no service can be impersonated"),
    ("rate", "throttle a link", "token bucket filter", "links cannot be throttled"),
    ("netem", "delay a link", "netem", "a helper delays packets through NFQUEUE instead"),
    ("queue", "delay a link without netem", "iptables NFQUEUE with bypass", "only netem can delay"),
];

/// Tries each feature and prints its key with `ok`, or with the tool's last words.
const TRIAL: &str = r#"
try() { key=$1; shift; if out=$("$@" 2>&1); then echo "$key ok"; else echo "$key $(echo "$out" | tail -n 1)"; fi; }
ip link set lo up
try cut nft 'add table ip t; add set ip t s { type ipv4_addr; flags timeout; }; add element ip t s { 10.9.9.9 timeout 3s }'
try loss nft 'add table ip u; add chain ip u c { type filter hook output priority 0; }; add rule ip u c numgen random mod 100 < 1 ip daddr 10.9.9.9 drop'
try redirect nft 'add table ip v; add chain ip v c { type nat hook output priority -100; }; add rule ip v c ip daddr 10.9.9.9 tcp dport 9 redirect to :9'
try rate tc qdisc add dev lo root tbf rate 100mbit burst 32k latency 50ms
tc qdisc del dev lo root 2>/dev/null
try netem tc qdisc add dev lo root netem delay 1ms
legacy=$(command -v iptables-legacy || command -v iptables)
try queue "$legacy" -t mangle -A OUTPUT -d 10.9.9.9 -j NFQUEUE --queue-num 7 --queue-bypass
"#;

pub(super) async fn check(engine: &Engine) -> Vec<Check> {
    let unknown = |why: &str, fix: &str| {
        vec![Check::new(Topic::Kernel, "faults", why, "tried in a container").but(Mark::Warning, fix)]
    };
    let (Ok(images), Some(docker)) = (Images::look(engine).await, tools::find("docker")) else {
        return unknown("not tried: no node image yet", "make images");
    };
    let arguments = ["run", "--rm", "--network", "none", "--cap-add", "NET_ADMIN", "--label", "droplab=doctor"];
    let program = ["--entrypoint", "/bin/sh", &images.node, "-c", TRIAL];
    match Tool::new(docker, arguments.iter().chain(&program)).within(Duration::from_secs(30)).run().await {
        Ok(output) => judge(&output),
        Err(error) => unknown(&format!("not tried: {error}"), "droplab doctor"),
    }
}

fn judge(output: &str) -> Vec<Check> {
    let answers: Vec<(&str, &str)> = output.lines().filter_map(|line| line.split_once(' ')).collect();
    let answer = |key: &str| answers.iter().find(|(name, _)| *name == key).map_or("no answer", |(_, answer)| *answer);
    let either_delays = answer("netem") == "ok" || answer("queue") == "ok";
    FAULTS
        .iter()
        .map(|(key, fault, needs, without)| match answer(key) {
            "ok" => Check::new(Topic::Kernel, *fault, format!("{needs}: works"), *needs),
            // One way to delay is enough, and then the other's absence is only worth knowing.
            why if matches!(*key, "netem" | "queue") && either_delays => {
                Check::new(Topic::Kernel, *fault, format!("{needs}: {why}; {without}"), "one of netem and NFQUEUE")
            }
            why => Check::new(Topic::Kernel, *fault, format!("{needs}: {why}"), *needs)
                .but(Mark::Warning, format!("a kernel with it ({without})")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_to_delay_is_enough() {
        let checks =
            judge("cut ok\nloss ok\nredirect ok\nrate ok\nnetem Error: Specified qdisc kind is unknown.\nqueue ok\n");
        assert!(checks.iter().all(|check| check.mark == Mark::Ok));
        assert!(checks[4].measured.contains("Specified qdisc kind is unknown"));
    }

    #[test]
    fn what_is_missing_warns_and_says_why() {
        let checks = judge("cut Error: Could not process rule\n");
        assert_eq!(checks.len(), FAULTS.len());
        assert!(checks.iter().all(|check| check.mark == Mark::Warning));
        assert!(checks[0].measured.ends_with("Error: Could not process rule"));
    }
}
