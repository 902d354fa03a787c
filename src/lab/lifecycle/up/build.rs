//! A new cluster: images and charts are under way while its nodes still join.
//!
//! **Invariant**: its manifest says that it is complete only when it is.

use std::time::Duration;

use kube::Client;

use super::Work;
use crate::lab::{
    cluster::{nodes, standing},
    engine::{docker::Engine, images::Images},
    error::LabError,
    lifecycle::{
        carry::carry,
        progress::{Step, step},
    },
    state::Manifest,
};

/// How long an API server may take to come up for the first time.
const BIRTH: Duration = Duration::from_mins(3);

impl Work<'_> {
    /// A new cluster: images and charts are under way while the nodes still join.
    pub(super) async fn build(
        &self,
        engine: &Engine,
        images: &Images,
        steps: &mut Vec<Step>,
    ) -> Result<Client, LabError> {
        let manifest = self.manifest(images, false);
        self.state.keep(&manifest)?;
        engine.make_network(self.layout).await?;
        let cluster = step(self.progress, "cluster", async {
            standing::create(self.layout, self.state, &images.node, self.progress).await?;
            Ok(((), "4 nodes".to_owned()))
        });
        let api = standing::wait_for_api(engine, self.layout, self.state, BIRTH);
        let rest = async {
            // No chart before the images: a pod would start from an older one, or wait long before it looks again.
            let (carried, client) = tokio::join!(
                step(self.progress, "carry", carry(self.layout, self.state, engine, images, self.progress)),
                api
            );
            let ((), carried) = carried?;
            let placed = async {
                let client = client?;
                self.progress.note("charts", "waiting for a place in every data centre");
                nodes::wait_for_places(&client, self.layout, BIRTH).await?;
                self.install(client).await
            };
            let (client, charts) = step(self.progress, "charts", placed).await?;
            Ok::<_, LabError>((client, [carried, charts]))
        };
        tokio::pin!(cluster, rest);
        // A cluster that fails takes the rest with it; the rest failing lets the cluster come to its end, for the next `up`.
        let (cluster, rest) = tokio::select! {
            made = &mut cluster => { let made = made?; (made, rest.await) }
            rest = &mut rest => (cluster.await?, rest),
        };
        let known = self.state.manifest()?.map(|manifest| manifest.images).unwrap_or_default();
        self.state.keep(&Manifest { complete: true, images: known, ..manifest })?;
        let (client, taken) = rest?;
        steps.push(cluster.1);
        steps.extend(taken);
        Ok(client)
    }
}
