//! Inside of the lab's nodes: a shell kept open in each, and what faults do there.
//!
//! **Invariant**: only nodes that bear the lab's name *and* droplab's mark are ever entered; everything here works with the
//! engine alone, the cluster's API may be dead.

pub mod agent;
pub mod features;
pub mod keeper;
pub mod packets;
pub mod sandbox;
pub mod session;
pub mod traces;
pub mod work;

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::Mutex;

use super::{docker::Engine, error::LabError, layout::Layout};
use session::Session;

/// The shells into a lab's nodes; opened when first needed, and opened anew when one is lost.
#[derive(Clone)]
pub struct Nodes {
    lab: String,
    open: Arc<Mutex<BTreeMap<String, Slot>>>,
}

/// One node's shell, when it is open; whoever holds the lock is the only one who speaks.
type Slot = Arc<Mutex<Option<Session>>>;

impl Nodes {
    /// The nodes of this lab; nothing is asked yet.
    pub fn of(layout: &Layout) -> Self {
        Self { lab: layout.name.clone(), open: Arc::default() }
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
        let engine = Engine::connect().await?;
        let nodes = engine.nodes(&self.lab).await?;
        match nodes.iter().find(|known| known.name == node) {
            Some(known) if known.ours => Session::open(&engine, &known.id, node).await,
            Some(_) => {
                Err(LabError::Foreign { name: self.lab.clone(), why: format!("{node} has no mark of droplab's") })
            }
            None => Err(LabError::Engine { tried: format!("enter {node}"), why: "there is no such node".to_owned() }),
        }
    }

    /// Every node of the lab that runs, as the engine knows them.
    pub async fn running(&self) -> Result<Vec<String>, LabError> {
        let nodes = Engine::connect().await?.nodes(&self.lab).await?;
        Ok(nodes.into_iter().filter(|node| node.running && node.ours).map(|node| node.name).collect())
    }
}
