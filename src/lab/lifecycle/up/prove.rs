//! Last steps: every workload is ready, and an order came through.
//!
//! **Invariant**: without an order from the edge to the parcel no lab is up.

use std::time::Duration;

use kube::Client;

use super::Work;
use crate::lab::{
    engine::docker::Engine,
    error::LabError,
    lifecycle::{order, ready},
};

/// How long the workloads may take.
const READY: Duration = Duration::from_mins(5);
/// How long the first order may take once everything is ready.
const ORDER: Duration = Duration::from_secs(90);

impl Work<'_> {
    pub(super) async fn wait_for_workloads(&self, engine: &Engine, client: &Client) -> Result<((), String), LabError> {
        let nodes = engine.started(&self.layout.nodes()).await;
        let count = ready::wait(client, &nodes, READY, self.progress).await?;
        Ok(((), format!("{count} workloads")))
    }

    pub(super) async fn place_order(&self) -> Result<((), String), LabError> {
        order::place(self.layout, ORDER, self.progress).await?;
        Ok(((), "one order placed, paid and delivered".to_owned()))
    }
}
