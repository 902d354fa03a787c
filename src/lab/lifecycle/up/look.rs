//! First steps: is this host fit, what stands already, and which images are there.
//!
//! **Invariant**: nothing is changed.

use super::Work;
use crate::lab::{
    cluster::standing::{self, Standing},
    engine::{docker::Engine, images::Images},
    error::LabError,
    host::{self, Depth, Mark},
};

impl Work<'_> {
    pub(super) async fn look_at_host(&self) -> Result<((Engine, Standing), String), LabError> {
        let engine = Engine::connect().await?;
        let nodes = engine.nodes(&self.layout.name).await?;
        let manifest = self.state.manifest()?;
        // Complete as far as anybody knows: a lost manifest is no reason to throw a running lab away.
        let complete = manifest.as_ref().is_none_or(|manifest| manifest.complete);
        let standing = standing::standing(&nodes, self.layout, complete)?;
        let there = nodes.iter().find_map(|node| node.api_port).map(|port| port.saturating_sub(443));
        if let Some(there) = there.filter(|there| *there != self.layout.port_base) {
            return Err(LabError::OtherPorts { name: self.layout.name.clone(), there, wanted: self.layout.port_base });
        }
        let checks = Box::pin(host::examine(self.layout, Depth::Quick)).await;
        host::verdict(&checks)?;
        let warnings: Vec<_> = checks.iter().filter(|check| check.mark == Mark::Warning).collect();
        for check in &warnings {
            let fix = check.fix.as_deref().unwrap_or("droplab doctor");
            self.progress.warn(&format!("{}: {}, wanted {}; {fix}", check.name, check.measured, check.wanted));
        }
        Ok(((engine, standing), format!("{} checks", checks.len() - warnings.len())))
    }

    pub(super) async fn look_at_images(&self, engine: &Engine) -> Result<(Images, String), LabError> {
        let images = Images::look(engine).await?;
        let told = format!("{} and {} of the stack", images.node, images.stack.len());
        Ok((images, told))
    }
}
