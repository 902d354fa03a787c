//! What a fault asks of the kernel, and how that is tried.
//!
//! **Invariant**: tried in a network namespace of its own, which is gone afterwards: nothing else notices.

use std::fmt;

use super::shell::{script, script_with};
use crate::model::hold::{Fate, Hold, Shape, Work};

/// Tries features, each by its key.
const TRIALS: &str = include_str!("trials.sh");
/// Does a script in a network of its own.
const APART: &str = include_str!("apart.sh");

/// One thing that a kernel has or has not.
#[derive(Debug, PartialEq, Eq)]
pub struct Feature {
    /// In a word without spaces.
    pub key: &'static str,
    /// As a person would say it.
    pub what: &'static str,
}

/// Sets whose elements expire.
pub const TIMEOUT: Feature = Feature { key: "cut", what: "nftables sets with a timeout" };
/// Dice.
pub const DICE: Feature = Feature { key: "loss", what: "nftables numgen" };
/// A limit on bytes.
pub const LIMIT: Feature = Feature { key: "rate", what: "nftables limit rate over bytes" };
/// Connections that arrive elsewhere.
pub const REDIRECT: Feature = Feature { key: "redirect", what: "nftables redirect" };
/// A queue into user space that lets packets pass when nobody reads it.
pub const QUEUE: Feature = Feature { key: "queue", what: "iptables NFQUEUE with bypass" };
/// The kernel's own emulator of networks.
pub const NETEM: Feature =
    Feature { key: "netem", what: "netem, with what leads to it and back (prio, fw, ifb, nftables fwd)" };
/// A freezer.
pub const FREEZER: Feature = Feature { key: "freeze", what: "the cgroup freezer" };
/// A throttle for disks.
pub const THROTTLE: Feature = Feature { key: "throttle", what: "a cgroup controller that throttles disks (blkio, io)" };

/// Code that tells a process the time and can be replaced.
pub const VDSO: Feature = Feature { key: "vdso", what: "a vDSO of x86-64" };

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
    let keys: Vec<&str> = features.iter().map(|feature| feature.key).collect();
    script_with(TRIALS, &[], &keys)
}

/// The same, in a network that is gone afterwards.
pub fn trials_apart(features: &[&Feature]) -> String {
    script(APART, &[("does", &trials(features))])
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

    #[test]
    fn each_feature_has_its_trial() {
        for feature in [&TIMEOUT, &DICE, &LIMIT, &REDIRECT, &QUEUE, &NETEM, &FREEZER, &THROTTLE, &VDSO] {
            assert!(
                TRIALS.contains(&format!("\n    {}) ", feature.key))
                    || TRIALS.contains(&format!("\n    {})\n", feature.key))
            );
        }
    }
}
