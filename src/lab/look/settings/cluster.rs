//! What Kubernetes and Redis hold that a person can set: texts of ConfigMaps, limits, checksums, jobs, parameters.
//!
//! **Invariant**: looks and never touches; of secrets nothing is read here.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        batch::v1::Job,
        core::v1::{ConfigMap, Container},
    },
    apimachinery::pkg::api::resource::Quantity,
};
use kube::{Api, api::ListParams};

use crate::lab::{Lab, cluster::kube::within, error::LabError, layout::NAMESPACE};

/// Where the name server's configuration is.
pub(in crate::lab) const COREDNS: (&str, &str) = ("kube-system", "coredns");
/// By this a person, or a chart, lets pods be rolled out anew when what they read has changed.
pub(in crate::lab) const CHECKSUM: &str = "checksum/config";

/// Parameters that are passwords, or follow from who leads and from the host.
const NOT_TOLD: [&str; 8] = [
    "requirepass",
    "masterauth",
    "masteruser",
    "tls-key-file-pass",
    "tls-client-key-file-pass",
    "replicaof",
    "user",
    "proc-title-template",
];

/// By deployment, and by resource.
type Amounts = BTreeMap<String, BTreeMap<String, String>>;

/// What deployments are set to.
#[derive(Default)]
pub(super) struct Workloads {
    pub(super) checksums: BTreeMap<String, String>,
    pub(super) limits: Amounts,
    pub(super) requests: Amounts,
}

impl Lab {
    pub(super) async fn workload_settings(&self) -> Result<Workloads, LabError> {
        let shop = Api::<Deployment>::namespaced(self.kube.clone(), NAMESPACE);
        let system = Api::<Deployment>::namespaced(self.kube.clone(), COREDNS.0);
        let everything = ListParams::default();
        let (all, dns) = tokio::try_join!(
            within(10, "list deployments", shop.list(&everything)),
            within(10, "read deployment coredns", system.get_opt(COREDNS.1))
        )?;
        let mut found = Workloads::default();
        for one in all.items {
            let name = one.metadata.name.clone().unwrap_or_default();
            let containers = one.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
            let own = containers.and_then(|pod| pod.containers.iter().find(|container| container.name == name));
            if let Some(Container { resources, .. }) = own {
                let resources = resources.clone().unwrap_or_default();
                found.limits.insert(name.clone(), amounts(resources.limits));
                found.requests.insert(name.clone(), amounts(resources.requests));
            }
            found.checksums.insert(name, checksum(&one));
        }
        if let Some(dns) = dns {
            found.checksums.insert(format!("{}/{}", COREDNS.0, COREDNS.1), checksum(&dns));
        }
        Ok(found)
    }

    pub(super) async fn config_texts(&self) -> Result<BTreeMap<String, BTreeMap<String, String>>, LabError> {
        let shop = Api::<ConfigMap>::namespaced(self.kube.clone(), NAMESPACE);
        let system = Api::<ConfigMap>::namespaced(self.kube.clone(), COREDNS.0);
        let everything = ListParams::default();
        let (all, dns) = tokio::try_join!(
            within(10, "list configurations", shop.list(&everything)),
            within(10, "read configmap coredns", system.get_opt(COREDNS.1))
        )?;
        let named = |map: ConfigMap| (map.metadata.name.unwrap_or_default(), map.data.unwrap_or_default());
        let dns = dns.map(|map| (format!("{}/{}", COREDNS.0, COREDNS.1), map.data.unwrap_or_default()));
        // Kubernetes' own, which changes with the cluster's certificates.
        let ours = all.items.into_iter().map(named).filter(|(name, _)| name != "kube-root-ca.crt");
        Ok(ours.chain(dns).collect())
    }

    pub(super) async fn jobs(&self) -> Result<BTreeMap<String, String>, LabError> {
        let api = Api::<Job>::namespaced(self.kube.clone(), NAMESPACE);
        let list = within(10, "list jobs", api.list(&ListParams::default())).await?;
        let image = |job: &Job| job.spec.as_ref()?.template.spec.as_ref()?.containers.first()?.image.clone();
        Ok(list
            .items
            .into_iter()
            .map(|job| (job.metadata.name.clone().unwrap_or_default(), image(&job).unwrap_or_default()))
            .collect())
    }

    pub(super) async fn redis_parameters(&self) -> Result<BTreeMap<String, String>, LabError> {
        let failed = |why: String| LabError::Server { tried: "read Redis' parameters".to_owned(), why };
        let mut connection = self.redis_connection().await.map_err(failed)?;
        let mut get = redis::cmd("CONFIG");
        get.arg("GET").arg("*");
        let all: BTreeMap<String, String> =
            get.query_async(&mut connection).await.map_err(|error| failed(error.to_string()))?;
        // Old names say the same again.
        Ok(all
            .into_iter()
            .filter(|(name, _)| !name.starts_with("slave") && !NOT_TOLD.contains(&name.as_str()))
            .collect())
    }
}

fn amounts(quantities: Option<BTreeMap<String, Quantity>>) -> BTreeMap<String, String> {
    quantities.unwrap_or_default().into_iter().map(|(resource, amount)| (resource, amount.0)).collect()
}

fn checksum(found: &Deployment) -> String {
    let template = found.spec.as_ref().and_then(|spec| spec.template.metadata.as_ref());
    let annotations = template.and_then(|metadata| metadata.annotations.as_ref());
    annotations.and_then(|all| all.get(CHECKSUM)).cloned().unwrap_or_default()
}
