//! What a survey found that a person can set: servers, roles, configuration, limits; and the tables and jobs there are.
//!
//! **Invariant**: no password is here, only marks by which two of them are told apart by whoever has the lab's folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What can be set, by whom it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What `ALTER SYSTEM` has set on each PostgreSQL server, by the name of its StatefulSet; a server that is away is missing.
    pub postgres: BTreeMap<String, BTreeMap<String, String>>,
    /// The StatefulSet of PostgreSQL's primary.
    pub primary: Option<String>,
    /// The names of PostgreSQL's settings by their context: `postmaster` takes a restart, `internal` cannot be set.
    pub contexts: BTreeMap<String, BTreeSet<String>>,
    /// What `ALTER ROLE … SET` has set for each role.
    pub roles: BTreeMap<String, BTreeMap<String, String>>,
    /// For each role whose password is in the Secret `postgres`: a mark that changes with it, there or in PostgreSQL.
    pub passwords: BTreeMap<String, String>,
    /// Roles of which a rotation is in, and whose password of before it opens a session all the same.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub old_passwords: BTreeSet<String>,
    /// Parameters of Redis' primary, passwords left out.
    pub redis: BTreeMap<String, String>,
    /// ConfigMaps key by key: those of the shop by their names, and `kube-system/coredns`.
    pub configs: BTreeMap<String, BTreeMap<String, String>>,
    /// The annotation `checksum/config` of each deployment's pods; empty when there is none. Names as in [`Self::configs`].
    pub checksums: BTreeMap<String, String>,
    /// `cpu` and `memory` that a deployment's container of the same name may take.
    pub limits: BTreeMap<String, BTreeMap<String, String>>,
    /// The same, as it asks for them.
    pub requests: BTreeMap<String, BTreeMap<String, String>>,
    /// Jobs by name, and the image of each.
    pub jobs: BTreeMap<String, String>,
    /// The tables of the database `shop`, by schema and name.
    pub tables: BTreeMap<String, Table>,
}

/// A table, as far as faults care.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The role that owns it.
    pub owner: String,
    /// A digest of columns, constraints, indexes, triggers and grants.
    pub definition: String,
}

/// What can be set for a topic, as Kafka 4 has it.
pub const TOPIC_SETTINGS: [&str; 26] = [
    "cleanup.policy",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "index.interval.bytes",
    "max.compaction.lag.ms",
    "max.message.bytes",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
    "unclean.leader.election.enable",
];
