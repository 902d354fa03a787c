//! What a person could have typed at kubectl: images, replicas, variables, a pod's end.
//!
//! **Invariant**: each patch touches one field; a target that is gone is left gone.

use futures::future;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, Preconditions},
};
use serde_json::{Value, json};

use crate::{
    lab::{
        cluster::handle::Handle,
        cluster::kube::{late, refused},
        error::LabError,
    },
    model::op::Op,
};

impl Handle {
    pub(super) async fn change_workload(&self, op: &Op) -> Result<(), LabError> {
        match op {
            Op::SetImage { deployment, container, image, change_cause } => {
                self.patch(deployment, set_image(container, image, change_cause)).await
            }
            Op::SetReplicas { deployment, replicas } => {
                self.patch(deployment, json!({ "spec": { "replicas": replicas } })).await
            }
            Op::SetEnv { deployment, name, value } => {
                self.patch(deployment, set_env(deployment, name, value.as_deref())).await
            }
            Op::DeletePod { pod, uid, grace_s } => self.delete_pod(pod, uid, *grace_s).await,
            Op::DeletePods { at, grace_s } => {
                let facts = self.population().await?;
                let pods = at.target.pods(&facts, at.seed).into_iter();
                let deleted = pods.map(|pod| self.delete_pod(&pod.name, &pod.uid, *grace_s));
                future::try_join_all(deleted).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn patch(&self, deployment: &str, patch: Value) -> Result<(), LabError> {
        let api = Api::<Deployment>::namespaced(self.kube.clone(), &self.namespace);
        self.change(&api, deployment, Patch::Strategic, patch).await
    }

    /// Set a part of a deployment back, as it was looked at; what it is instead when somebody has changed it since.
    pub(in crate::lab) async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, LabError> {
        let (deployment, patch) = match before {
            Op::SetImage { deployment, container, image, change_cause } => {
                (deployment, set_image(container, image, change_cause))
            }
            Op::SetReplicas { deployment, replicas } => (deployment, json!({ "spec": { "replicas": replicas } })),
            Op::SetEnv { deployment, name, value } => (deployment, set_env(deployment, name, value.as_deref())),
            other => return self.change_workload(other).await.map(|()| None),
        };
        let api = Api::<Deployment>::namespaced(self.kube.clone(), &self.namespace);
        let now = |found: &Deployment| now(before, found);
        self.change_back(&api, deployment, Patch::Strategic, &patch, (ours, before), now).await
    }

    async fn delete_pod(&self, pod: &str, uid: &str, grace_s: u32) -> Result<(), LabError> {
        let api = Api::<Pod>::namespaced(self.kube.clone(), &self.namespace);
        let this_one = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
        let how = DeleteParams {
            grace_period_seconds: Some(grace_s),
            preconditions: Some(this_one),
            ..DeleteParams::default()
        };
        match tokio::time::timeout(std::time::Duration::from_secs(10), api.delete(pod, &how)).await {
            // Gone already, or another one has its name.
            Ok(Err(kube::Error::Api(answer))) if answer.code == 404 || answer.code == 409 => Ok(()),
            Ok(done) => done.map(drop).map_err(|error| refused("delete the pod", &error)),
            Err(_) => Err(late("delete the pod", 10)),
        }
    }
}

/// What an op sets, as it is now.
fn now(op: &Op, found: &Deployment) -> Option<String> {
    let spec = found.spec.as_ref()?;
    let container = |name: &String| spec.template.spec.as_ref()?.containers.iter().find(|one| one.name == *name);
    match op {
        Op::SetReplicas { .. } => Some(spec.replicas.unwrap_or(1).to_string()),
        Op::SetImage { container: name, .. } => container(name)?.image.clone(),
        Op::SetEnv { deployment, name, .. } => {
            container(deployment)?.env.as_ref()?.iter().find(|variable| variable.name == *name)?.value.clone()
        }
        _ => None,
    }
}

/// Image and change cause in one patch, so that `kubectl rollout history` shows them as one revision.
fn set_image(container: &str, image: &str, change_cause: &str) -> Value {
    json!({
        "metadata": { "annotations": { "kubernetes.io/change-cause": change_cause } },
        "spec": { "template": { "spec": { "containers": [{ "name": container, "image": image }] } } },
    })
}

fn set_env(container: &str, name: &str, value: Option<&str>) -> Value {
    let variable = match value {
        Some(value) => json!({ "name": name, "value": value }),
        None => json!({ "name": name, "$patch": "delete" }),
    };
    json!({ "spec": { "template": { "spec": { "containers": [{ "name": container, "env": [variable] }] } } } })
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

    #[test]
    fn a_variable_that_was_not_there_is_taken_away() {
        let env = |value| set_env("payment", "A", value)["spec"]["template"]["spec"]["containers"][0]["env"][0].clone();
        assert_eq!(env(Some("1")), json!({ "name": "A", "value": "1" }));
        assert_eq!(env(None), json!({ "name": "A", "$patch": "delete" }));
    }
}
