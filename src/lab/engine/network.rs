//! The network of a lab: its own, so that nothing of anybody else's is in it.
//!
//! **Invariant**: a network without the lab's label is never removed.

use std::collections::HashMap;

use bollard::{models::NetworkCreateRequest, query_parameters::InspectNetworkOptions};

use crate::lab::{
    engine::docker::{Engine, OWN_LABEL, refused},
    error::LabError,
    layout::Layout,
};

impl Engine {
    /// Make the lab's own network, so that nothing of anybody else's is in it; there already is fine.
    pub async fn make_network(&self, layout: &Layout) -> Result<(), LabError> {
        if self.api.inspect_network(&layout.name, None::<InspectNetworkOptions>).await.is_ok() {
            return Ok(());
        }
        // Larger packets than the engine's own bridge carries would be lost.
        let bridge = self.api.inspect_network("bridge", None::<InspectNetworkOptions>).await.ok();
        let mtu = bridge.and_then(|bridge| bridge.options?.remove("com.docker.network.driver.mtu"));
        let options = mtu.map(|mtu| HashMap::from([("com.docker.network.driver.mtu".to_owned(), mtu)]));
        let request = NetworkCreateRequest {
            name: layout.name.clone(),
            driver: Some("bridge".to_owned()),
            labels: Some(HashMap::from([(OWN_LABEL.to_owned(), layout.name.clone())])),
            options,
            ..Default::default()
        };
        let made = self.api.create_network(request).await;
        made.map(drop).map_err(|error| refused(&format!("make network {}", layout.name), &error))
    }

    /// Remove the lab's network, if droplab made it; whether there was one.
    pub async fn remove_network(&self, name: &str) -> Result<bool, LabError> {
        let Ok(network) = self.api.inspect_network(name, None::<InspectNetworkOptions>).await else { return Ok(false) };
        if network.labels.is_none_or(|labels| labels.get(OWN_LABEL).is_none_or(|lab| lab != name)) {
            return Ok(false);
        }
        let removed = self.api.remove_network(name).await;
        removed.map(|()| true).map_err(|error| refused(&format!("remove network {name}"), &error))
    }
}
