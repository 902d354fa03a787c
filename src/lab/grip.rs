//! What a fault needs of a cluster, the lab's or another one: its API, one namespace of it, and its nodes from inside.
//!
//! **Invariant**: made for the lab only after its mark was seen, for another cluster only when somebody asked for that by name.

use std::{collections::BTreeMap, sync::Arc};

use kube::Client;
use tokio::sync::{Mutex, OnceCell};

use super::{actuate::scripts::ByNode, node::Nodes};

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
            netem: Arc::default(),
        }
    }
}
