//! Configuration and limits, set through Kubernetes: a key of a ConfigMap, a checksum on pods, a container's limits.
//!
//! **Invariant**: each patch touches one field; what is gone is left gone; outside of the shop's namespace only the name server.

use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kube::{Api, api::Patch};
use serde_json::{Value, json};

use crate::{
    lab::{
        Lab,
        cluster::kube::guard,
        error::LabError,
        layout::NAMESPACE,
        look::settings::{CHECKSUM, COREDNS},
    },
    model::op::Op,
};

impl Lab {
    /// Set a key of a ConfigMap to a text, or take it away.
    pub(super) async fn set_config(&self, map: &str, key: &str, text: Option<&str>) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let (namespace, name) = place(map);
        let api = Api::<ConfigMap>::namespaced(self.kube.clone(), namespace);
        self.handle.change(&api, name, Patch::Merge, json!({ "data": { key: text } })).await
    }

    /// Let a deployment's pods be rolled out anew, by another checksum of what they read.
    pub(super) async fn set_checksum(&self, deployment: &str, mark: Option<&str>) -> Result<(), LabError> {
        let template = json!({ "metadata": { "annotations": { CHECKSUM: mark } } });
        self.change_template(deployment, template).await
    }

    /// Set how much of a resource the container of the deployment's name may take.
    pub(super) async fn set_limit(
        &self,
        deployment: &str,
        resource: &str,
        amount: Option<&str>,
    ) -> Result<(), LabError> {
        let template = limit(deployment, resource, amount);
        self.change_template(deployment, template).await
    }

    /// Set such a limit back; what it is instead when somebody has changed it since.
    pub(super) async fn limit_back(
        &self,
        deployment: &str,
        resource: &str,
        amount: Option<&str>,
        (ours, before): (&Op, &Op),
    ) -> Result<Option<String>, LabError> {
        guard(&self.kube, &self.layout).await?;
        let api = Api::<Deployment>::namespaced(self.kube.clone(), NAMESPACE);
        let now = |found: &Deployment| {
            let pod = found.spec.as_ref()?.template.spec.as_ref()?;
            let container = pod.containers.iter().find(|one| one.name == deployment)?;
            Some(container.resources.as_ref()?.limits.as_ref()?.get(resource)?.0.clone())
        };
        let patch = json!({ "spec": { "template": limit(deployment, resource, amount) } });
        self.handle.change_back(&api, deployment, Patch::Strategic, &patch, (ours, before), now).await
    }

    async fn change_template(&self, deployment: &str, template: Value) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let (namespace, name) = place(deployment);
        let api = Api::<Deployment>::namespaced(self.kube.clone(), namespace);
        self.handle.change(&api, name, Patch::Strategic, json!({ "spec": { "template": template } })).await
    }
}

/// The part of a template of pods that says how much the container of the deployment's name may take.
fn limit(deployment: &str, resource: &str, amount: Option<&str>) -> Value {
    let limits = json!({ "limits": { resource: amount } });
    json!({ "spec": { "containers": [{ "name": deployment, "resources": limits }] } })
}

/// Namespace and name. Whatever else a name with a namespace says, only the name server's own is meant.
pub(super) fn place(name: &str) -> (&str, &str) {
    if name.split_once('/') == Some(COREDNS) { COREDNS } else { (NAMESPACE, name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_the_shops_namespace_only_the_name_server_is_reached() {
        assert_eq!(place("kube-system/coredns"), ("kube-system", "coredns"));
        assert_eq!(place("nginx"), ("shop", "nginx"));
        assert_eq!(place("kube-system/kube-proxy"), ("shop", "kube-system/kube-proxy"));
    }
}
