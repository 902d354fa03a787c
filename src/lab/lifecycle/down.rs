//! Takes a lab down: with the engine alone, however dead its cluster is.
//!
//! **Invariant**: removes what bears this lab's marks, nothing else, and says what; doing it twice is harmless.

use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder};

use crate::lab::{
    cluster::standing,
    engine::docker::{Engine, Node, refused},
    error::LabError,
    state::State,
};

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Down {
    /// Containers.
    pub nodes: Vec<String>,
    /// The lab's network.
    pub network: bool,
    /// Images, if they were to go as well.
    pub images: Vec<String>,
}

/// Remove the lab's containers, volumes, network and state; with `purge` droplab's images too. Whoever calls this has the
/// lab's lock.
pub async fn down(name: &str, purge: bool) -> Result<Down, LabError> {
    let state = State::of(name);
    let engine = Engine::connect().await?;
    let nodes = engine.nodes(name).await?;
    if let Some(other) = nodes.iter().find(|node| !node.ours) {
        let why = format!("{} has no mark of droplab's", other.name);
        return Err(LabError::Foreign { name: name.to_owned(), why });
    }
    standing::remove(&engine, &nodes).await?;
    let network = engine.remove_network(name).await?;
    state.forget()?;
    let images = if purge { remove_images(&engine).await? } else { Vec::new() };
    Ok(Down { nodes: nodes.into_iter().map(|Node { name, .. }| name).collect(), network, images })
}

/// Remove droplab's images, other than those that some container still needs.
async fn remove_images(engine: &Engine) -> Result<Vec<String>, LabError> {
    let options = ListImagesOptionsBuilder::default().build();
    let listed = engine.api.list_images(Some(options)).await.map_err(|error| refused("list images", &error))?;
    let ours = listed.into_iter().flat_map(|image| image.repo_tags).filter(|name| name.starts_with("droplab/"));
    let mut removed = Vec::new();
    for name in ours {
        let options = RemoveImageOptionsBuilder::default().build();
        if engine.api.remove_image(&name, Some(options), None).await.is_ok() {
            removed.push(name);
        }
    }
    Ok(removed)
}
