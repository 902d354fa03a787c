//! A cluster that was stopped: start its nodes, and wait for its API.
//!
//! **Invariant**: data stays.

use std::time::Duration;

use kube::Client;

use super::Work;
use crate::lab::{
    cluster::{nodes, standing},
    engine::docker::{Engine, Node},
    error::LabError,
    lifecycle::progress::{Step, step},
};

/// How long an API server may take to come back by itself.
const WAKE: Duration = Duration::from_mins(1);

impl Work<'_> {
    /// Start what sleeps, and wait until the API answers and every node reports.
    pub(super) async fn revive(
        &self,
        engine: &Engine,
        asleep: &[Node],
        steps: &mut Vec<Step>,
    ) -> Result<Client, LabError> {
        let work = async {
            if !asleep.is_empty() {
                self.progress.note("cluster", "starting the nodes that were stopped");
            }
            standing::wake(engine, asleep, self.layout).await?;
            self.progress.note("cluster", "waiting for the Kubernetes API");
            let client = standing::wait_for_api(engine, self.layout, self.state, WAKE).await?;
            self.progress.note("cluster", "waiting for the nodes to report");
            nodes::wait(&client, self.layout, WAKE).await?;
            let told = if asleep.is_empty() { "up".to_owned() } else { format!("{} nodes woken", asleep.len()) };
            Ok((client, told))
        };
        let (client, taken) = step(self.progress, "cluster", work).await?;
        steps.push(taken);
        Ok(client)
    }
}
