//! What a deployment's containers are and run, as facts.
//!
//! **Invariant**: names of secrets are read, their contents never; the same object gives the same text.

use k8s_openapi::api::{apps::v1::Deployment as KubeDeployment, core::v1::Container};

use crate::model::facts::Deployment;

/// A deployment, as far as plans and verdicts care.
pub(in crate::lab) fn deployment(found: KubeDeployment) -> Deployment {
    let spec = found.spec.unwrap_or_default();
    let status = found.status.unwrap_or_default();
    let containers = spec.template.spec.map(|pod| pod.containers).unwrap_or_default();
    let count = |number: Option<i32>, otherwise| u32::try_from(number.unwrap_or(otherwise)).unwrap_or(0);
    Deployment {
        replicas: count(spec.replicas, 1),
        ready: count(status.ready_replicas, 0),
        outdated: count(status.replicas, 0).saturating_sub(count(status.updated_replicas, 0)),
        images: containers.iter().map(|one| (one.name.clone(), one.image.clone().unwrap_or_default())).collect(),
        env: containers.iter().flat_map(env).collect(),
        limits: containers.iter().flat_map(limits).collect(),
        runs: containers.iter().flat_map(runs).collect(),
        change_cause: found.metadata.annotations.unwrap_or_default().remove("kubernetes.io/change-cause"),
    }
}

fn env(container: &Container) -> impl Iterator<Item = (String, String)> + '_ {
    let plain = container.env.iter().flatten().filter_map(|env| Some((env.name.clone(), env.value.clone()?)));
    plain.map(|(name, value)| (format!("{}/{name}", container.name), value))
}

fn limits(container: &Container) -> impl Iterator<Item = (String, String)> + '_ {
    let limits = container.resources.iter().flat_map(|resources| resources.limits.iter().flatten());
    limits.map(|(resource, quantity)| (format!("{}/{resource}", container.name), quantity.0.clone()))
}

/// What a container runs beside its image and its plain environment, as compact text.
fn runs(container: &Container) -> impl Iterator<Item = (String, String)> {
    let text = |value: serde_json::Result<String>| value.ok().filter(|text| text != "null");
    let parts = [
        ("command", text(serde_json::to_string(&container.command))),
        ("args", text(serde_json::to_string(&container.args))),
        ("readiness", text(serde_json::to_string(&container.readiness_probe))),
        ("liveness", text(serde_json::to_string(&container.liveness_probe))),
        ("startup", text(serde_json::to_string(&container.startup_probe))),
        ("mounts", text(serde_json::to_string(&container.volume_mounts))),
        ("requests", text(serde_json::to_string(&container.resources.as_ref().and_then(|of| of.requests.as_ref())))),
        ("env-from", text(serde_json::to_string(&container.env_from))),
    ];
    let references = container.env.iter().flatten().filter(|env| env.value_from.is_some());
    // Names of keys only: what a reference leads to is never read.
    let references =
        references.map(|env| (format!("reference {}", env.name), text(serde_json::to_string(&env.value_from))));
    let name = container.name.clone();
    let parts = parts.into_iter().map(|(part, value)| (part.to_owned(), value)).chain(references).collect::<Vec<_>>();
    parts.into_iter().filter_map(move |(part, value)| Some((format!("{name}/{part}"), value?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_becomes_facts_without_secrets() {
        let found: KubeDeployment = serde_json::from_value(serde_json::json!({
            "metadata": { "name": "payment", "annotations": { "kubernetes.io/change-cause": "payment 2.8.0" } },
            "spec": { "replicas": 2, "selector": {}, "template": { "spec": { "containers": [{
                "name": "payment", "image": "droplab/payment:2.8.0",
                "env": [{ "name": "DB_POOL_SIZE", "value": "50" },
                        { "name": "DATABASE_URL", "valueFrom": { "secretKeyRef": { "name": "postgres", "key": "k" } } }],
                "resources": { "limits": { "memory": "64Mi" } } }] } } },
            "status": { "readyReplicas": 1 } }))
        .unwrap();
        let facts = deployment(found);
        assert_eq!((facts.replicas, facts.ready), (2, 1));
        assert_eq!(facts.images["payment"], "droplab/payment:2.8.0");
        assert_eq!(facts.env.into_iter().collect::<Vec<_>>(), [("payment/DB_POOL_SIZE".to_owned(), "50".to_owned())]);
        assert_eq!(facts.limits["payment/memory"], "64Mi");
        assert_eq!(facts.change_cause.as_deref(), Some("payment 2.8.0"));
    }
}
