//! What a hold needs of the nodes' kernel, and what does it here.
//!
//! **Invariant**: asked before anything is touched; all nodes have the same kernel.

use crate::{
    lab::{
        cluster::handle::Handle,
        error::LabError,
        node::features::{self, Feature, Shaper},
    },
    model::hold::{Fate, Hold, Packets, Shape},
};

impl Handle {
    /// What a hold cannot do without and the nodes' kernel has not; all nodes have the same one.
    pub(in crate::lab) async fn missing(&self, hold: &Hold) -> Result<Option<String>, LabError> {
        let Some((needed, instead)) = features::needs(hold) else { return Ok(None) };
        let mut needed = needed.to_vec();
        if let Hold::Packets(Packets { fate: Fate::Shape(shape), .. }) = hold
            && self.shaper(shape).await? == Shaper::Netem
        {
            needed.retain(|feature| *feature != &features::QUEUE);
        }
        let missing = self.first_missing(&needed).await?;
        Ok(missing
            .map(|(feature, why)| format!("the kernel here lacks {}: {why}\nuse instead: {instead}", feature.what)))
    }

    /// What shapes packets here.
    pub(super) async fn shaper(&self, shape: &Shape) -> Result<Shaper, LabError> {
        let tried = async || Ok::<_, LabError>(self.first_missing(&[&features::NETEM]).await?.is_none());
        Ok(Shaper::of(*self.netem.get_or_try_init(tried).await?, shape))
    }

    /// The first of these that is missing in a node, with the tool's words.
    async fn first_missing<'f>(&self, needed: &[&'f Feature]) -> Result<Option<(&'f Feature, String)>, LabError> {
        let nodes = self.nodes.running().await?;
        let Some(node) = nodes.first() else { return Ok(None) };
        Ok(features::missing(needed, &self.nodes.run(node, &features::trials_apart(needed)).await?))
    }
}
