//! Performs ops on the real lab.
//!
//! **Invariant**: every op is checked to be inside of the lab's own namespace by construction: no op names another.

use async_trait::async_trait;
use k8s_openapi::api::apps::v1::Deployment;
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde_json::{Value, json};

use super::{
    Lab,
    kube::{guard, within},
    layout::NAMESPACE,
};
use crate::{
    model::op::Op,
    run::ports::{Actuator, PortError},
};

#[async_trait]
impl Actuator for Lab {
    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        let failed = |why: String| PortError { tried: op.to_string(), why };
        // Asked anew for each op: a cluster may have been replaced behind the same port since `connect`.
        guard(&self.kube, &self.layout).await.map_err(|error| failed(error.to_string()))?;
        let Op::SetImage { deployment, container, image, change_cause } = op;
        let api = Api::<Deployment>::namespaced(self.kube.clone(), NAMESPACE);
        let found = within(5, "read it", api.get_opt(deployment)).await.map_err(|error| failed(error.to_string()))?;
        if found.is_none() {
            return Ok(());
        }
        let patch = Patch::Strategic(set_image(container, image, change_cause));
        let patched = within(10, "patch it", api.patch(deployment, &PatchParams::default(), &patch)).await;
        patched.map(drop).map_err(|error| failed(error.to_string()))
    }
}

/// Image and change cause in one patch, so that `kubectl rollout history` shows them as one revision.
fn set_image(container: &str, image: &str, change_cause: &str) -> Value {
    json!({
        "metadata": { "annotations": { "kubernetes.io/change-cause": change_cause } },
        "spec": { "template": { "spec": { "containers": [{ "name": container, "image": image }] } } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patch_touches_one_container_and_the_change_cause() {
        let patch = set_image("payment", "droplab/payment:2.8.1", "why");
        assert_eq!(patch["metadata"]["annotations"]["kubernetes.io/change-cause"], "why");
        let containers = patch["spec"]["template"]["spec"]["containers"].as_array().unwrap();
        assert_eq!(containers, &[json!({ "name": "payment", "image": "droplab/payment:2.8.1" })]);
    }
}
