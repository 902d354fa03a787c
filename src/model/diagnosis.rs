//! The closed vocabulary of causes, and a diagnosis in it.
//!
//! **Invariant**: a diagnosis is graded by comparing words; a word that is not in the vocabulary is refused where it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parts that can be at fault.
pub const COMPONENTS: &[&str] = &[
    "alert",
    "bank",
    "carrier",
    "catalog",
    "coredns",
    "dc-1",
    "dc-2",
    "dc-3",
    "edge",
    "failover",
    "fulfilment",
    "inventory",
    "kafka",
    "ledger",
    "loyalty",
    "notification",
    "orders",
    "payment",
    "postgres",
    "redis",
    "reservation",
    "storefront",
];

/// What can happen in them.
pub const MECHANISMS: &[&str] = &[
    "acked-before-replicated",
    "bulk-update",
    "commit-before-work",
    "connection-pool-exhaustion",
    "cpu-throttling",
    "evicted-state",
    "garbage-collection",
    "lock-order-inversion",
    "lock-queue",
    "lost-compensation",
    "metastable-retries",
    "network-loss",
    "no-fencing",
    "noisy-cause-alert",
    "orphaned-slot",
    "overload",
    "poison-record",
    "postgres-overload",
    "primary-lost",
    "read-modify-write",
    "rebalance",
    "replica-lag",
    "skewed-key",
    "slow-consumer",
    "slow-query",
    "slow-resolver",
    "stale-credential",
    "stampede",
    "table-dropped",
    "unbounded-wait",
    "unsafe-retry",
];

/// What can set it off.
pub const TRIGGERS: &[&str] = &[
    "bad-producer",
    "batch-job",
    "broker-loss",
    "campaign",
    "concurrency",
    "config",
    "ddl",
    "dependency-slow",
    "deploy",
    "expiry",
    "job",
    "memory-pressure",
    "partition",
    "power",
    "rotation",
    "spot-kill",
];

/// What can make it possible, or worse.
pub const FACTORS: &[&str] = &[
    "acks-one",
    "n-plus-one",
    "no-admission-control",
    "no-backup-drill",
    "no-budget-for-retries",
    "no-canary",
    "no-dead-letter-queue",
    "no-end-to-end-check",
    "no-fencing-token",
    "no-idempotency",
    "no-limit-on-queue",
    "no-lock-timeout",
    "no-pool-alert",
    "no-review-of-sql",
    "no-single-flight",
    "no-synchronous-replica",
    "no-timeout",
    "single-zone",
    "too-small-limit",
    "too-wide-grants",
];

/// The truth about the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Diagnosis {
    /// Which part.
    pub component: String,
    /// What happened in it.
    pub mechanism: String,
    /// What set it off.
    pub trigger: String,
    /// What made it possible or worse.
    pub factors: Vec<String>,
    /// Mechanisms that the symptoms suggest and that are not the cause.
    pub decoys: Vec<String>,
}

/// What a person says the cause is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// Which part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// What happened in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<String>,
    /// What set it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// What made it possible or worse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<String>,
}

impl Diagnosis {
    /// Words that are not in the vocabulary, each with its field and the nearest words.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        doubts.extend(doubt("component", &self.component, COMPONENTS));
        doubts.extend(doubt("mechanism", &self.mechanism, MECHANISMS));
        doubts.extend(doubt("trigger", &self.trigger, TRIGGERS));
        doubts.extend(self.factors.iter().filter_map(|word| doubt("factors", word, FACTORS)));
        doubts.extend(self.decoys.iter().filter_map(|word| doubt("decoys", word, MECHANISMS)));
        if self.decoys.contains(&self.mechanism) {
            doubts.push(format!("decoys: `{}` is the cause itself", self.mechanism));
        }
        doubts
    }
}

impl std::fmt::Display for Answer {
    /// As arguments of `droplab done`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let single = [("component", &self.component), ("mechanism", &self.mechanism), ("trigger", &self.trigger)];
        for (field, word) in single {
            word.iter().try_for_each(|word| write!(f, " --{field} {word}"))?;
        }
        self.factors.iter().try_for_each(|factor| write!(f, " --factor {factor}"))
    }
}

impl Answer {
    /// Words that are not in the vocabulary.
    pub fn doubts(&self) -> Vec<String> {
        let one = |field, word: &Option<String>, known| word.as_deref().and_then(|word| doubt(field, word, known));
        let single = [
            one("component", &self.component, COMPONENTS),
            one("mechanism", &self.mechanism, MECHANISMS),
            one("trigger", &self.trigger, TRIGGERS),
        ];
        let factors = self.factors.iter().filter_map(|word| doubt("factors", word, FACTORS));
        single.into_iter().flatten().chain(factors).collect()
    }
}

/// Why a word is none of a field's; with the nearest one, where one is near.
fn doubt(field: &str, word: &str, known: &[&str]) -> Option<String> {
    if known.contains(&word) {
        return None;
    }
    // A part of a word is near enough: `pool-exhaustion`.
    let of_it = |candidate: &&str| word.len() > 3 && (candidate.contains(word) || word.contains(*candidate));
    let near = super::nearest::nearest(word, known.iter().copied()).or_else(|| known.iter().copied().find(of_it));
    let near = near.map_or_else(String::new, |near| format!("the nearest word is `{near}`, "));
    Some(format!("{field}: `{word}` is not in the vocabulary; {near}all are: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_outside_the_vocabulary_is_answered_with_the_nearest() {
        let diagnosis = Diagnosis {
            component: "paiment".into(),
            mechanism: "connection-pool-exhaustion".into(),
            trigger: "deploy".into(),
            factors: vec!["no-canari".into()],
            decoys: vec!["slow-query".into(), "connection-pool-exhaustion".into()],
        };
        let doubts = diagnosis.doubts();
        assert_eq!(doubts.len(), 3, "{doubts:#?}");
        assert!(doubts[0].contains("the nearest word is `payment`"), "{}", doubts[0]);
        assert!(doubts[1].contains("the nearest word is `no-canary`"), "{}", doubts[1]);
    }

    #[test]
    fn every_list_is_in_order_and_without_doubles() {
        for list in [COMPONENTS, MECHANISMS, TRIGGERS, FACTORS] {
            assert!(list.is_sorted() && list.windows(2).all(|pair| pair[0] != pair[1]), "{list:?}");
        }
    }
}
