//! What a fault needs of a cluster, the lab's or another one: its API, one namespace of it, and its nodes from inside.
//!
//! **Invariant**: made for the lab only after its mark was seen, for another cluster only when somebody asked for that by name.

use std::{collections::BTreeMap, sync::Arc};

use kube::Client;
use tokio::sync::{Mutex, OnceCell};

use crate::lab::{
    actuate::{counts::Counts, scripts::ByNode},
    node::{Nodes, fence::Generations},
};

/// A cluster, as far as faults in pods, nodes and Kubernetes care.
#[derive(Clone)]
pub struct Handle {
    /// Under which its faults are remembered.
    pub name: String,
    /// Its API.
    pub kube: Client,
    /// Where its pods are.
    pub namespace: String,
    /// Its nodes.
    pub nodes: Nodes,
    /// What holds will need, looked up before their moment; by id.
    pub(in crate::lab) prepared: Arc<Mutex<BTreeMap<String, ByNode>>>,
    /// In which generation this process holds what it holds.
    pub(in crate::lab) generations: Arc<Generations>,
    /// How many packets each of its holds has met so far, by network.
    pub(in crate::lab) counts: Counts,
    /// Whether the nodes' kernel has netem; tried once.
    pub(in crate::lab) netem: Arc<OnceCell<bool>>,
}

impl Handle {
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
