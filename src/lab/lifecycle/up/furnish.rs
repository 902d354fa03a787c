//! Images and charts for a cluster that stands.
//!
//! **Invariant**: secrets are there before the first pod asks for one.

use kube::Client;

use super::{Origin, Work};
use crate::lab::{
    access::secrets::Secrets,
    cluster::charts,
    engine::{docker::Engine, images::Images},
    error::LabError,
    lifecycle::{
        carry::carry,
        progress::{Step, step},
    },
};

impl Work<'_> {
    /// Images and charts for a cluster that stands.
    pub(super) async fn furnish(
        &self,
        engine: &Engine,
        images: &Images,
        client: Client,
        origin: Origin,
        steps: &mut Vec<Step>,
    ) -> Result<(Client, Origin), LabError> {
        if self.state.manifest()?.is_none() {
            // The folder was lost: what it held is told again by the engine and by the cluster.
            self.state.keep(&self.manifest(images, true))?;
        }
        let ((), carried) =
            step(self.progress, "carry", carry(self.layout, self.state, engine, images, self.progress)).await?;
        let (client, charts) = step(self.progress, "charts", self.install(client)).await?;
        steps.extend([carried, charts]);
        Ok((client, origin))
    }

    pub(super) async fn install(&self, client: Client) -> Result<(Client, String), LabError> {
        self.progress.note("charts", "secrets");
        Secrets::settle(&client, self.state).await?;
        self.progress.note("charts", "installing");
        let installed = charts::settle(&client, self.layout, self.state, self.progress).await?;
        let told = if installed.is_empty() { "as they should be".to_owned() } else { installed.join(" ") };
        Ok((client, told))
    }
}
