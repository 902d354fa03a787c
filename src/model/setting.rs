//! Settings of servers: what a fault changes, a survey reads, and a heal sets back.
//!
//! **Invariant**: a setting's value is text, the same whether it was read or is to be set; none means that it is not set.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::facts::Facts;

/// One setting of one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// A parameter of Redis' primary, as in `CONFIG SET`.
    Redis(String),
    /// Where Redis' keys are: `aside`, or in their place.
    RedisKeys,
    /// A topic's own configuration, as in `kafka-configs.sh`.
    Topic {
        /// Which topic.
        topic: String,
        /// `retention.ms` and the like.
        key: String,
    },
    /// The brokers of a partition, the preferred leader first: `2,3,1`.
    Replicas {
        /// Of which topic.
        topic: String,
        /// Which of its partitions.
        partition: usize,
    },
    /// How many pods a StatefulSet has.
    Pods(String),
}

impl Setting {
    /// Its value in these facts.
    pub fn of(&self, facts: &Facts) -> Option<String> {
        match self {
            Self::Redis(name) => facts.redis.get(name).cloned(),
            Self::RedisKeys => facts.redis.get("keys").cloned(),
            Self::Topic { topic, key } => facts.topics.get(topic)?.config.get(key).cloned(),
            Self::Replicas { topic, partition } => {
                facts.topics.get(topic)?.replicas.get(*partition).map(|ids| list(ids))
            }
            Self::Pods(set) => facts.stateful_sets.get(set).map(|found| found.replicas.to_string()),
        }
    }

    /// The same as a person would say it.
    pub fn told(&self, facts: &Facts) -> String {
        self.of(facts).unwrap_or_else(|| "its default".to_owned())
    }

    /// Every setting that these facts tell of; where Redis' keys are is no setting of anybody's.
    pub fn all(facts: &Facts) -> Vec<Self> {
        let redis = facts.redis.keys().filter(|key| *key != "keys").map(|key| Self::Redis(key.clone()));
        let pods = facts.stateful_sets.keys().map(|set| Self::Pods(set.clone()));
        let mut all: Vec<_> = redis.chain(pods).collect();
        for (topic, found) in &facts.topics {
            all.extend(found.config.keys().map(|key| Self::Topic { topic: topic.clone(), key: key.clone() }));
            let partitions = 0..found.replicas.len();
            all.extend(partitions.map(|partition| Self::Replicas { topic: topic.clone(), partition }));
        }
        all
    }

    /// Whether that which has it is there at all: what is gone has no setting to be wrong.
    pub fn is_there(&self, facts: &Facts) -> bool {
        match self {
            Self::Redis(_) | Self::RedisKeys => !facts.redis.is_empty(),
            Self::Topic { topic, .. } | Self::Replicas { topic, .. } => facts.topics.contains_key(topic),
            Self::Pods(set) => facts.stateful_sets.contains_key(set),
        }
    }
}

/// Brokers as Kafka's tools write them.
pub fn list(brokers: &[i32]) -> String {
    brokers.iter().map(i32::to_string).collect::<Vec<_>>().join(",")
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redis(name) => write!(f, "Redis' {name}"),
            Self::RedisKeys => f.write_str("the place of Redis' keys"),
            Self::Topic { topic, key } => write!(f, "{key} of topic {topic}"),
            Self::Replicas { topic, partition } => write!(f, "the brokers of partition {partition} of topic {topic}"),
            Self::Pods(set) => write!(f, "the number of pods of statefulset/{set}"),
        }
    }
}
