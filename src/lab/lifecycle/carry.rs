//! Brings into the nodes what they lack: folders, rules and images.
//!
//! **Invariant**: what a node holds already is not carried again; what was made after the node's image is.

use std::time::{Duration, Instant};

use futures::future;

use crate::lab::{
    cluster::nodes::prepare,
    engine::docker::Engine,
    engine::images::{self, Image, Images},
    error::LabError,
    layout::Layout,
    lifecycle::progress::Progress,
    state::{Manifest, State},
};

/// How long a node may take to answer for the first time.
const BIRTH: Duration = Duration::from_mins(3);

/// Bring into the nodes what they lack. Into the control plane's as well: the bank and the carrier run there, and faults of theirs.
pub async fn carry(
    layout: &Layout,
    state: &State,
    engine: &Engine,
    images: &Images,
    progress: &dyn Progress,
) -> Result<((), String), LabError> {
    let known = state.manifest()?.map(|manifest| manifest.images).unwrap_or_default();
    let nodes = layout.nodes();
    let held = future::try_join_all(nodes.iter().map(|node| held(engine, node))).await?;
    prepare(engine, layout).await?;
    let lacking = |name: &str, image: &Image| {
        let everywhere = held.iter().all(|names| names.iter().any(|there| there == name));
        !everywhere || known.get(name).map_or(image.newer_than_node, |there| *there != image.id)
    };
    let wanted: Vec<&str> =
        images.stack.iter().filter(|(name, image)| lacking(name, image)).map(|(name, _)| name.as_str()).collect();
    let told = if wanted.is_empty() {
        "the nodes hold every image".to_owned()
    } else {
        progress.note("carry", &format!("{} images into {} nodes", wanted.len(), nodes.len()));
        let bytes = images::import(engine, &wanted, &nodes).await?;
        format!("{} images, {} MB into each of {} nodes", wanted.len(), bytes / 1_000_000, nodes.len())
    };
    if let Some(manifest) = state.manifest()? {
        let ids = images.stack.iter().map(|(name, image)| (name.clone(), image.id.clone())).collect();
        state.keep(&Manifest { images: ids, ..manifest })?;
    }
    Ok(((), told))
}

/// The images of a node that may still be starting.
async fn held(engine: &Engine, node: &str) -> Result<Vec<String>, LabError> {
    let began = Instant::now();
    loop {
        match images::in_node(engine, node).await {
            Err(_) if began.elapsed() < BIRTH => tokio::time::sleep(Duration::from_millis(500)).await,
            other => return other,
        }
    }
}
