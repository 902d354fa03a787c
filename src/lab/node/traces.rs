//! What a fault may leave in a node: rules and queues in every network, helpers, frozen pods.
//!
//! **Invariant**: looked for everywhere, not only where this process believes to have put something.

use std::collections::BTreeSet;

use super::{Nodes, agent, keeper::FOLDER, shell::script, table::TABLE};
use crate::lab::error::LabError;

const LOOK: &str = include_str!("look.sh");
const LOOK_NETWORK: &str = include_str!("look-network.sh");

/// What is there, in words.
pub async fn look(nodes: &Nodes, node: &str) -> Result<BTreeSet<String>, LabError> {
    let network = script(LOOK_NETWORK, &[("table", TABLE)]);
    let look = script(LOOK, &[("look_network", &network), ("folder", FOLDER), ("agent", agent::PLACE)]);
    let found = nodes.run(node, &look).await?;
    Ok(found.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
