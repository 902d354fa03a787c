//! Settings of servers: what a fault changes, a survey reads, and a heal sets back.
//!
//! **Invariant**: a setting's value is text, the same whether it was read or is to be set; none means that it is not set.

mod same;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{facts::Facts, target::mixed};

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
    /// A setting of a PostgreSQL server, as in `ALTER SYSTEM`.
    Postgres {
        /// The StatefulSet of the server.
        server: String,
        /// `work_mem` and the like.
        name: String,
        /// It takes a restart of the server.
        restart: bool,
    },
    /// A setting of a PostgreSQL role, as in `ALTER ROLE … SET`.
    Role {
        /// Which role.
        role: String,
        /// `statement_timeout` and the like.
        name: String,
    },
    /// A role's password, in PostgreSQL and in the Secret. Its value is never here: it says only that it is another one.
    Password {
        /// Which role.
        role: String,
        /// Under which name the lab's folder keeps the one before and the one after.
        kept: String,
    },
    /// A key of a ConfigMap; the value is its whole text.
    ConfigMap {
        /// A ConfigMap of the shop, or `kube-system/coredns`.
        map: String,
        /// Which of its keys.
        key: String,
    },
    /// The annotation `checksum/config` of a deployment's pods: another one lets Kubernetes roll them out anew.
    Checksum(String),
    /// How much of a resource the container of a deployment's own name may take.
    Limit {
        /// Which deployment.
        deployment: String,
        /// `cpu` or `memory`.
        resource: String,
    },
}

impl Setting {
    /// Its value in these facts.
    pub fn of(&self, facts: &Facts) -> Option<String> {
        match self {
            Self::Redis(name) => facts.redis.get(name).or(facts.settings.redis.get(name)).cloned(),
            Self::RedisKeys => facts.redis.get("keys").cloned(),
            Self::Topic { topic, key } => facts.topics.get(topic)?.config.get(key).cloned(),
            Self::Replicas { topic, partition } => {
                facts.topics.get(topic)?.replicas.get(*partition).map(|ids| list(ids))
            }
            Self::Pods(set) => facts.stateful_sets.get(set).map(|found| found.replicas.to_string()),
            Self::Postgres { server, name, .. } => facts.settings.postgres.get(server)?.get(name).cloned(),
            Self::Role { role, name } => facts.settings.roles.get(role)?.get(name).cloned(),
            Self::Password { role, .. } => facts.settings.passwords.get(role).cloned(),
            Self::ConfigMap { map, key } => facts.settings.configs.get(map)?.get(key).cloned(),
            Self::Checksum(deployment) => {
                facts.settings.checksums.get(deployment).filter(|mark| !mark.is_empty()).cloned()
            }
            Self::Limit { deployment, resource } => facts.settings.limits.get(deployment)?.get(resource).cloned(),
        }
    }

    /// The same as a person would say it.
    pub fn in_words(&self, facts: &Facts) -> String {
        self.short(self.of(facts).as_deref())
    }

    /// A value as a sentence has it: a whole file is told by its length and a digest.
    pub fn short(&self, value: Option<&str>) -> String {
        match (self, value) {
            (Self::Password { .. }, None) => "the one before".to_owned(),
            (_, None) => "its default".to_owned(),
            (Self::ConfigMap { .. }, Some(text)) => {
                format!("a text of {} bytes (digest {:016x})", text.len(), mixed(text, 0))
            }
            (_, Some(value)) => value.to_owned(),
        }
    }

    /// Every setting that these facts tell of; where Redis' keys are is no setting of anybody's.
    pub fn all(facts: &Facts) -> Vec<Self> {
        let redis = facts.redis.keys().filter(|key| *key != "keys").map(|key| Self::Redis(key.clone()));
        let pods = facts.stateful_sets.keys().map(|set| Self::Pods(set.clone()));
        let mut all: Vec<_> = redis.chain(pods).collect();
        // A server that was restarted for it is no other setting than one that was not.
        all.extend(facts.settings.postgres.iter().flat_map(|(server, set)| {
            set.keys().map(|name| Self::Postgres { server: server.clone(), name: name.clone(), restart: false })
        }));
        all.extend(
            facts
                .settings
                .roles
                .iter()
                .flat_map(|(role, set)| set.keys().map(|name| Self::Role { role: role.clone(), name: name.clone() })),
        );
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
            Self::Postgres { server, .. } => facts.settings.postgres.contains_key(server),
            Self::Role { role, .. } => facts.settings.roles.contains_key(role),
            Self::Password { role, .. } => facts.settings.passwords.contains_key(role),
            Self::ConfigMap { map, .. } => facts.settings.configs.contains_key(map),
            Self::Checksum(deployment) => facts.settings.checksums.contains_key(deployment),
            Self::Limit { deployment, .. } => facts.settings.limits.contains_key(deployment),
        }
    }

    /// Whether two are one setting: by what it is, not by how it comes into force.
    pub fn is(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// The key of the Secret `postgres` that holds a role's password.
pub fn password_key(role: &str) -> String {
    format!("{}-password", if role == "replicator" { "replication" } else { role })
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
            Self::Postgres { server, name, .. } => write!(f, "{name} of PostgreSQL server {server}"),
            Self::Role { role, name } => write!(f, "{name} of PostgreSQL role {role}"),
            Self::Password { role, .. } => write!(f, "the password of PostgreSQL role {role}"),
            Self::ConfigMap { map, key } => write!(f, "{key} of configmap/{map}"),
            Self::Checksum(deployment) => write!(f, "the annotation checksum/config of deployment/{deployment}"),
            Self::Limit { deployment, resource } => write!(f, "the {resource} limit of deployment/{deployment}"),
        }
    }
}
