//! What a survey of the lab found: what a plan stands on, and the "before" of the residue proof.
//!
//! **Invariant**: maps are ordered, so that two surveys of the same lab are equal text.

mod part;
mod settings;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

use serde::{Deserialize, Serialize};

pub use part::Part;
pub use settings::{Settings, TOPIC_SETTINGS, Table};

/// The lab at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The lab's name.
    pub lab: String,
    /// Deployments by name.
    pub deployments: BTreeMap<String, Deployment>,
    /// PostgreSQL settings that decide durability and capacity, by name (`max_connections`, `fsync` …).
    pub postgres_settings: BTreeMap<String, String>,
    /// When the primary's postmaster started (`pg_postmaster_start_time()`), RFC 3339.
    pub postgres_started: Option<String>,
    /// Image references that the lab's nodes hold.
    pub images: Vec<String>,
    /// Digests of configuration that a person may edit: `configmap/nginx` → hash.
    pub configs: BTreeMap<String, String>,
    /// Every pod of the shop, by name.
    #[serde(default)]
    pub pods: Vec<Pod>,
    /// Services by name.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
    /// Nodes by name.
    #[serde(default)]
    pub nodes: BTreeMap<String, Node>,
    /// Parameters of Redis' primary; `keys` is `aside` while a fault keeps its keys from it.
    #[serde(default)]
    pub redis: BTreeMap<String, String>,
    /// Kafka's topics by name, its own left out.
    #[serde(default)]
    pub topics: BTreeMap<String, Topic>,
    /// StatefulSets by name.
    #[serde(default)]
    pub stateful_sets: BTreeMap<String, StatefulSet>,
    /// What a fault may leave behind, each in words: rules of ours in a pod's network, helpers, sessions, queues.
    #[serde(default)]
    pub traces: BTreeSet<String>,
    /// What else a person can set: servers, roles, configuration, limits; and the tables and jobs that are there.
    #[serde(default)]
    pub settings: Settings,
    /// The ids of the images whose containers run, by reference: more than one where the nodes do not hold the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<String, BTreeSet<String>>,
    /// Parts that could not be read, and why: what they would have told is not known, everything else is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<Part, String>,
}

/// A StatefulSet, as far as plans and verdicts care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatefulSet {
    /// Wanted pods.
    pub replicas: u32,
    /// Ready pods.
    pub ready: u32,
}

/// A topic of Kafka's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// What was set for this topic; what it has from the brokers is not here.
    pub config: BTreeMap<String, String>,
    /// The brokers of each partition, the preferred leader first.
    pub replicas: Vec<Vec<i32>>,
    /// The broker that leads each partition now, preferred or not.
    #[serde(default)]
    pub leaders: Vec<i32>,
}

/// A pod, as far as faults care.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its identity: another pod of the same name has another one.
    pub uid: String,
    /// The label `app.kubernetes.io/name`.
    pub service: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
    /// Where it runs.
    pub node: String,
    /// Its address; none before it has one.
    pub address: Option<Ipv4Addr>,
    /// Whether it has no network of its own.
    pub host_network: bool,
}

/// A Service: an address that leads to pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its cluster address; none when it is headless.
    pub address: Option<Ipv4Addr>,
    /// The labels of the pods to which it leads.
    pub selector: BTreeMap<String, String>,
}

impl Service {
    /// Whether it leads to this pod.
    pub fn leads_to(&self, pod: &Pod) -> bool {
        !self.selector.is_empty() && self.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
    }
}

/// A node of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its data centre; the control plane has none.
    pub zone: Option<String>,
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// The range of its pods' addresses, such as `10.244.1.0/24`.
    pub pod_range: Option<String>,
}

impl Facts {
    /// The data centre in which a pod runs.
    pub fn zone_of(&self, pod: &Pod) -> Option<&String> {
        self.nodes.get(&pod.node)?.zone.as_ref()
    }

    /// The nodes of a data centre.
    pub fn nodes_in<'f>(&'f self, zone: &'f str) -> impl Iterator<Item = (&'f String, &'f Node)> {
        self.nodes.iter().filter(move |(_, node)| node.zone.as_deref() == Some(zone))
    }
}

/// A deployment, as far as plans and verdicts care.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Wanted replicas.
    pub replicas: u32,
    /// Ready replicas.
    pub ready: u32,
    /// Pods that still are as they were before its last change.
    #[serde(default, skip_serializing_if = "is_none_left")]
    pub outdated: u32,
    /// Image by container.
    pub images: BTreeMap<String, String>,
    /// Plain environment by `container/NAME`; values from secrets are not read.
    pub env: BTreeMap<String, String>,
    /// Resource limits by `container/resource`.
    pub limits: BTreeMap<String, String>,
    /// What each container runs beside its image, by `container/part`: command, args, probes, requests, mounts, references.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub runs: BTreeMap<String, String>,
    /// The annotation `kubernetes.io/change-cause`.
    pub change_cause: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_none_left(outdated: &u32) -> bool {
    *outdated == 0
}

impl Deployment {
    /// Everything about its containers, by `container/part`.
    pub fn containers(&self) -> BTreeMap<String, String> {
        let images = self.images.iter().map(|(name, image)| (format!("{name}/image"), image.clone()));
        let env = self.env.iter().map(|(key, value)| (format!("env {key}"), value.clone()));
        let limits = self.limits.iter().map(|(key, value)| (format!("limit {key}"), value.clone()));
        let runs = self.runs.iter().map(|(key, value)| (key.clone(), value.clone()));
        images.chain(env).chain(limits).chain(runs).collect()
    }
}
