//! What a fault needs of a cluster, the lab's or another one: its API, one namespace of it, and its nodes from inside.
//!
//! **Invariant**: made for the lab only after its mark was seen, for another cluster only when somebody asked for that by name.

use std::{collections::BTreeMap, sync::Arc};

use kube::Client;
use tokio::sync::{Mutex, OnceCell};

use super::{
    actuate::{counts::Counts, scripts::ByNode},
    node::{Nodes, fence::Generations},
};

/// A cluster, as far as faults in pods, nodes and Kubernetes care.
#[derive(Clone)]
pub struct Grip {
    /// Under which its faults are remembered.
    pub name: String,
    /// Its API.
    pub kube: Client,
    /// Where its pods are.
    pub namespace: String,
    /// Its nodes.
    pub nodes: Nodes,
    /// What holds will need, looked up before their moment; by id.
    pub(super) prepared: Arc<Mutex<BTreeMap<String, ByNode>>>,
    /// In which generation this process holds what it holds.
    pub(super) generations: Arc<Generations>,
    /// How many packets each of its holds has met so far, by network.
    pub(super) counts: Counts,
    /// Whether the nodes' kernel has netem; tried once.
    pub(super) netem: Arc<OnceCell<bool>>,
}

impl Grip {
    /// Nothing is asked of the cluster yet.
    pub fn new(name: &str, kube: Client, namespace: &str, nodes: Nodes) -> Self {
        Self {
            name: name.to_owned(),
            kube,
            namespace: namespace.to_owned(),
            nodes,
            prepared: Arc::default(),
            generations: Arc::default(),
            counts: Counts::default(),
            netem: Arc::default(),
        }
    }
}
