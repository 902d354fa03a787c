//! Inside of the lab's nodes: a shell kept open in each, and what faults do there.
//!
//! **Invariant**: only nodes that bear the lab's name *and* droplab's mark are ever entered; everything here works with the
//! engine alone, the cluster's API may be dead.

pub mod agent;
pub mod clock;
pub mod features;
pub mod fence;
pub mod keeper;
pub mod netem;
pub mod packets;
pub mod pod;
pub mod sandbox;
pub mod session;
pub(in crate::lab) mod shell;
pub mod table;
pub mod traces;
pub mod work;

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::Mutex;

use crate::lab::{engine::docker::Engine, error::LabError, layout::Layout};
use session::Session;

/// The shells into a lab's nodes; opened when first needed, and opened anew when one is lost.
#[derive(Clone)]
pub struct Nodes {
    way: Way,
    open: Arc<Mutex<BTreeMap<String, Slot>>>,
}

/// How a node is entered.
#[derive(Clone)]
enum Way {
    /// The lab's, through the engine; only what bears its mark.
    Engine(String),
    /// Another cluster's, through a privileged pod.
    Pods(pod::Door),
}

/// One node's shell, when it is open; whoever holds the lock is the only one who speaks.
type Slot = Arc<Mutex<Option<Session>>>;

impl Nodes {
    /// The nodes of this lab; nothing is asked yet.
    pub fn of(layout: &Layout) -> Self {
        Self { way: Way::Engine(layout.name.clone()), open: Arc::default() }
    }

    /// The nodes of another cluster, each through a short-lived privileged pod.
    pub fn elsewhere(door: pod::Door) -> Self {
        Self { way: Way::Pods(door), open: Arc::default() }
    }

    /// Shut whatever was opened for this.
    pub async fn leave(&self) {
        self.open.lock().await.clear();
        if let Way::Pods(door) = &self.way {
            door.shut().await;
        }
    }

    /// Remove what commands of this machine have opened that died.
    pub async fn sweep(&self) {
        if let Way::Pods(door) = &self.way {
            door.sweep().await;
        }
    }

    /// Run a script in a node, through the shell that is open there; what it printed.
    pub async fn run(&self, node: &str, script: &str) -> Result<String, LabError> {
        let slot = self.open.lock().await.entry(node.to_owned()).or_default().clone();
        let mut session = slot.lock().await;
        // A shell that is lost (the node was restarted, the engine was) is opened anew, once.
        for attempt in 0..2 {
            // Taken out: one that is given up in the middle is not used again.
            let mut shell = match session.take() {
                Some(shell) => shell,
                None => self.enter(node).await?,
            };
            match shell.run(script).await {
                Err(LabError::Engine { .. }) if attempt == 0 => {}
                outcome => {
                    *session = Some(shell);
                    return outcome;
                }
            }
        }
        Err(LabError::Engine { tried: format!("keep a shell open in {node}"), why: "it was lost twice".to_owned() })
    }

    async fn enter(&self, node: &str) -> Result<Session, LabError> {
        let lab = match &self.way {
            Way::Engine(lab) => lab,
            Way::Pods(door) => return door.open(node).await,
        };
        let engine = Engine::connect().await?;
        let nodes = engine.nodes(lab).await?;
        match nodes.iter().find(|known| known.name == node) {
            Some(known) if known.ours => Session::open(&engine, &known.id, node).await,
            Some(_) => Err(LabError::Foreign { name: lab.clone(), why: format!("{node} has no mark of droplab's") }),
            None => Err(LabError::Engine { tried: format!("enter {node}"), why: "there is no such node".to_owned() }),
        }
    }

    /// Every node of the lab that runs, as the engine knows them.
    pub async fn running(&self) -> Result<Vec<String>, LabError> {
        let lab = match &self.way {
            Way::Engine(lab) => lab,
            Way::Pods(door) => return door.nodes().await,
        };
        let nodes = Engine::connect().await?.nodes(lab).await?;
        Ok(nodes.into_iter().filter(|node| node.running && node.ours).map(|node| node.name).collect())
    }
}
