//! What a fault asks of the kernel, and how that is tried.
//!
//! **Invariant**: tried in a network namespace of its own, which is gone afterwards: nothing else notices.

use std::fmt;

use crate::model::hold::{Fate, Hold, Shape, Work};

/// One thing that a kernel has or has not.
#[derive(Debug, PartialEq, Eq)]
pub struct Feature {
    /// In a word without spaces.
    pub key: &'static str,
    /// As a person would say it.
    pub what: &'static str,
    /// Succeeds where the kernel has it; inside of a network namespace of its own.
    pub trial: &'static str,
}

/// Sets whose elements expire.
pub const TIMEOUT: Feature = Feature {
    key: "cut",
    what: "nftables sets with a timeout",
    trial: "nft 'add table ip t; add set ip t s { type ipv4_addr; flags timeout; }; add element ip t s { 10.9.9.9 timeout 3s }'",
};
/// Dice.
pub const DICE: Feature = Feature {
    key: "loss",
    what: "nftables numgen",
    trial: "nft 'add table ip u; add chain ip u c { type filter hook output priority 0; }; add rule ip u c numgen random mod 100 < 1 ip daddr 10.9.9.9 drop'",
};
/// A limit on bytes.
pub const LIMIT: Feature = Feature {
    key: "rate",
    what: "nftables limit rate over bytes",
    trial: "nft 'add table ip w; add chain ip w c { type filter hook output priority 0; }; add rule ip w c limit rate over 20000 bytes/second ip daddr 10.9.9.9 drop'",
};
/// Connections that arrive elsewhere.
pub const REDIRECT: Feature = Feature {
    key: "redirect",
    what: "nftables redirect",
    trial: "nft 'add table ip v; add chain ip v c { type nat hook output priority -100; }; add rule ip v c ip daddr 10.9.9.9 tcp dport 9 redirect to :9'",
};
/// A queue into user space that lets packets pass when nobody reads it.
pub const QUEUE: Feature = Feature {
    key: "queue",
    what: "iptables NFQUEUE with bypass",
    trial: "$(command -v iptables-legacy || command -v iptables) -t mangle -A OUTPUT -d 10.9.9.9 -j NFQUEUE --queue-num 7 --queue-bypass",
};
/// The kernel's own emulator of networks.
pub const NETEM: Feature = Feature {
    key: "netem",
    what: "netem, with what leads to it and back (prio, fw, ifb, nftables fwd)",
    trial: "sh -ec 'tc qdisc add dev lo root handle d: prio bands 16 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
tc qdisc add dev lo parent d:2 netem delay 2ms 1ms distribution normal
tc filter add dev lo parent d: protocol ip prio 1 handle 0x2a fw classid d:2
ip link add try0 type ifb
nft \"add table netdev n; add chain netdev n c { type filter hook ingress device lo priority 0; }; add rule netdev n c ip saddr 10.9.9.9 fwd to try0\"'",
};
/// A freezer.
pub const FREEZER: Feature = Feature {
    key: "freeze",
    what: "the cgroup freezer",
    trial: "sh -c '[ -d /sys/fs/cgroup/freezer ] || [ -e /sys/fs/cgroup/init.scope/cgroup.freeze ] || [ -e /sys/fs/cgroup/cgroup.events ] || ls /sys/fs/cgroup/*/cgroup.freeze'",
};
/// A throttle for disks.
pub const THROTTLE: Feature = Feature {
    key: "throttle",
    what: "a cgroup controller that throttles disks (blkio, io)",
    trial: "sh -c '[ -e /sys/fs/cgroup/blkio ] || grep -qw io /sys/fs/cgroup/cgroup.controllers'",
};

/// Code that tells a process the time and can be replaced.
pub const VDSO: Feature = Feature {
    key: "vdso",
    what: "a vDSO of x86-64",
    trial: "sh -c 'uname -m | grep -x x86_64 && grep -F [vdso] /proc/self/maps'",
};

/// What delays, loses, doubles and spoils packets on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shaper {
    /// The kernel.
    Netem,
    /// The agent.
    Helper,
}

impl Shaper {
    /// The kernel, where it can; netem's correlated loss is not the share that was asked for (tc-netem(8), *BUGS*).
    pub fn of(has_netem: bool, shape: &Shape) -> Self {
        if has_netem && shape.correlation.0 <= 0.0 { Self::Netem } else { Self::Helper }
    }
}

impl fmt::Display for Shaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Netem => "netem",
            Self::Helper => "NFQUEUE helper",
        })
    }
}

/// What a hold cannot do without, and what to use where it is missing.
pub fn needs(hold: &Hold) -> Option<(&'static [&'static Feature], &'static str)> {
    match hold {
        Hold::Packets(packets) => Some(match packets.fate {
            Fate::Drop | Fate::Reset => (&[&TIMEOUT], "freeze-pod, which silences one end of the link"),
            Fate::Lose(_) => (&[&TIMEOUT, &DICE], "cut-link for moments, with --for"),
            Fate::Limit(_) => (&[&TIMEOUT, &LIMIT], "burn-cpu, which makes one end slow"),
            // Or netem in the queue's place: whoever has that is not asked.
            Fate::Shape(_) => (&[&TIMEOUT, &QUEUE], "lose-packets without --correlation, or limit-bandwidth"),
        }),
        Hold::Http(_) => Some((&[&TIMEOUT, &REDIRECT], "cut-link --mode reset, or scale")),
        Hold::CutZone { .. } => Some((&[&TIMEOUT], "freeze-zone")),
        Hold::Frozen { .. } => Some((&[&FREEZER], "cut-link, which silences a pod as well")),
        Hold::FrozenZone { .. } => Some((&[&FREEZER], "cut-zone")),
        Hold::Work { work: Work::Throttle(_), .. } => Some((&[&THROTTLE], "burn-cpu, which makes the pods slow")),
        Hold::Work { work: Work::Clock(_), .. } => Some((
            &[&VDSO, &FREEZER],
            "slow-link, or freeze-pod for a while: what waits too long looks at its clock, too",
        )),
        _ => None,
    }
}

/// Tries each feature by itself and prints its key with `ok`, or with the tool's last words.
pub fn trials(features: &[&Feature]) -> String {
    let each = features.iter().map(|Feature { key, trial, .. }| {
        format!(
            "if out=$({trial} 2>&1); then echo \"{key} ok\"; else echo \"{key} $(echo \"$out\" | tail -n 1)\"; fi\n"
        )
    });
    format!("ip link set lo up 2>/dev/null || :\n{}", each.collect::<String>())
}

/// The first feature that was tried and is missing, with the tool's words.
pub fn missing<'f>(features: &[&'f Feature], output: &str) -> Option<(&'f Feature, String)> {
    features.iter().find_map(|feature| {
        let answer = output.lines().find_map(|line| line.strip_prefix(feature.key)?.strip_prefix(' '));
        match answer {
            Some("ok") => None,
            Some(words) => Some((*feature, words.to_owned())),
            None => Some((*feature, "no answer".to_owned())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_missing_is_named_with_the_tools_words() {
        let both = [&TIMEOUT, &DICE];
        assert_eq!(missing(&both, "cut ok\nloss ok\n"), None);
        assert_eq!(missing(&both, "cut ok\nloss Error: Could not process rule\n").unwrap().0.key, "loss");
        assert_eq!(missing(&both, "").unwrap(), (&TIMEOUT, "no answer".to_owned()));
    }
}
