//! Whatever stands, a cluster comes of it: kept, woken, or built anew.
//!
//! **Invariant**: only what cannot be used is thrown away, and that is said aloud.

use std::collections::BTreeMap;

use kube::Client;

use super::{Origin, Work};
use crate::lab::{
    cluster::standing::{self, Standing},
    engine::{docker::Engine, images::Images},
    error::LabError,
    lifecycle::progress::Step,
    state::Manifest,
};

impl Work<'_> {
    /// Whatever stands now, afterwards there is a cluster with images and charts in it.
    pub(super) async fn settle(
        &self,
        engine: &Engine,
        images: &Images,
        standing: Standing,
        steps: &mut Vec<Step>,
    ) -> Result<(Client, Origin), LabError> {
        let origin = match standing {
            Standing::Absent => Origin::Made,
            Standing::Broken(nodes) => {
                self.progress
                    .warn("an earlier `up` did not come to its end, or nodes are gone: building the cluster anew");
                standing::remove(engine, &nodes).await?;
                // One that never was complete held nothing that could be lost.
                let was_whole = self.state.manifest()?.is_none_or(|manifest| manifest.complete);
                if was_whole { Origin::Rebuilt } else { Origin::Made }
            }
            Standing::Running => match self.revive(engine, &[], steps).await {
                Ok(client) => {
                    let origin = self.kept_or_woken(engine).await?;
                    return self.furnish(engine, images, client, origin, steps).await;
                }
                Err(error) => self.give_up_on(engine, error).await?,
            },
            Standing::Asleep(nodes) => match self.revive(engine, &nodes, steps).await {
                Ok(client) => return self.furnish(engine, images, client, Origin::Woken, steps).await,
                Err(error) => self.give_up_on(engine, error).await?,
            },
        };
        let client = Box::pin(self.build(engine, images, steps)).await?;
        Ok((client, origin))
    }

    /// Build anew what does not come back: its Kubernetes does not answer. Whatever else is amiss (an engine that errs, a file that cannot be
    /// written, a cluster that is not ours) is no reason to throw a lab's data away.
    pub(super) async fn give_up_on(&self, engine: &Engine, error: LabError) -> Result<Origin, LabError> {
        if !matches!(error, LabError::Kube { .. }) {
            return Err(error);
        }
        self.progress.warn(&format!("the cluster does not come back ({error}): building it anew"));
        standing::remove(engine, &engine.nodes(&self.layout.name).await?).await?;
        Ok(Origin::Rebuilt)
    }

    /// Kept, or restarted behind its back: an engine that comes back starts its containers by itself.
    pub(super) async fn kept_or_woken(&self, engine: &Engine) -> Result<Origin, LabError> {
        let known = self.state.manifest()?.map(|manifest| manifest.started).unwrap_or_default();
        let restarted = !known.is_empty() && known != self.starts(engine).await;
        Ok(if restarted { Origin::Woken } else { Origin::Kept })
    }

    pub(super) async fn remember_starts(&self, engine: &Engine) -> Result<(), LabError> {
        let Some(manifest) = self.state.manifest()? else { return Ok(()) };
        self.state.keep(&Manifest { started: self.starts(engine).await, ..manifest })
    }

    /// When each node was last started, as text.
    pub(super) async fn starts(&self, engine: &Engine) -> BTreeMap<String, String> {
        let starts = engine.started(&self.layout.nodes()).await;
        starts.into_iter().map(|(node, time)| (node, time.to_rfc3339())).collect()
    }

    pub(super) fn manifest(&self, images: &Images, complete: bool) -> Manifest {
        Manifest {
            layout: self.layout.clone(),
            node_image: images.node.clone(),
            complete,
            images: BTreeMap::new(),
            started: BTreeMap::new(),
        }
    }
}
