//! The edge and the shop's services: each pod is asked for its readiness.
//!
//! **Invariant**: pods are asked one by one through the Kubernetes API, for a Service would answer by whichever is well.

use std::collections::BTreeMap;

use futures::future;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{Api, api::ListParams};

use super::{Component, PATIENCE, ask};
use crate::{
    lab::{Lab, access::http, layout::NAMESPACE},
    log::chain,
};

/// Nginx answers for itself, and a product list comes through it.
pub(super) async fn edge(lab: &Lab) -> Result<String, String> {
    let shop = lab.layout.shop();
    let (health, products) = (format!("{shop}/healthz"), format!("{shop}/products"));
    let (health, products) = tokio::join!(http::get(&health, PATIENCE), http::get(&products, PATIENCE));
    let (health, products) = (health?, products?);
    match (health.status, products.status) {
        (200, 200) => Ok("answers, and GET /products comes through".to_owned()),
        (200, status) => Err(format!("answers, but GET /products gives {status}")),
        (status, _) => Err(format!("GET /healthz gives {status}")),
    }
}

/// One component for each service of the shop.
pub(super) async fn services(lab: &Lab) -> Vec<Component> {
    let question = async { tokio::try_join!(wanted(lab), pods(lab)) };
    let (wanted, pods) = match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(found)) => found,
        Ok(Err(why)) => return vec![Component::of("services", Err(why))],
        Err(_) => return vec![Component::of("services", Err("the Kubernetes API does not answer".to_owned()))],
    };
    if wanted.is_empty() {
        return vec![Component::of("services", Err("none is installed".to_owned()))];
    }
    future::join_all(wanted.iter().map(|(name, replicas)| {
        let mine: Vec<&String> = pods.iter().filter(|(_, owner)| *owner == name).map(|(pod, _)| pod).collect();
        ask(name, service(lab, *replicas, mine))
    }))
    .await
}

async fn service(lab: &Lab, replicas: usize, pods: Vec<&String>) -> Result<String, String> {
    let answers = future::join_all(pods.iter().map(|pod| readiness(lab, pod))).await;
    let ready = answers.iter().filter(|answer| answer.is_ok()).count();
    if ready >= replicas && replicas > 0 {
        return Ok(format!("{ready} of {replicas} ready"));
    }
    let why = answers.into_iter().find_map(Result::err).unwrap_or_else(|| "no pod".to_owned());
    Err(format!("{ready} of {replicas} ready: {why}"))
}

async fn readiness(lab: &Lab, pod: &str) -> Result<(), String> {
    let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{pod}:8080/proxy/readyz");
    let request = hyper::Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
    match lab.kube.request_text(request).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(answer)) => Err(format!("{pod} says: {}", answer.message.trim())),
        Err(error) => Err(format!("{pod}: {}", chain(&error))),
    }
}

/// The shop's deployments and how many of each there should be. The edge is asked for itself.
async fn wanted(lab: &Lab) -> Result<BTreeMap<String, usize>, String> {
    let api = Api::<Deployment>::namespaced(lab.kube.clone(), NAMESPACE);
    let list = api.list(&ListParams::default()).await.map_err(|error| chain(&error))?;
    let named = list.items.into_iter().filter_map(|one| {
        let replicas = one.spec?.replicas.unwrap_or(1);
        Some((one.metadata.name?, usize::try_from(replicas).unwrap_or(0)))
    });
    Ok(named.filter(|(name, _)| name != "nginx").collect())
}

/// The running pods and the service that each belongs to.
async fn pods(lab: &Lab) -> Result<BTreeMap<String, String>, String> {
    let api = Api::<Pod>::namespaced(lab.kube.clone(), NAMESPACE);
    let list = api.list(&ListParams::default()).await.map_err(|error| chain(&error))?;
    let alive = list.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none());
    let named = alive.filter_map(|pod| {
        let owner = pod.metadata.labels?.remove("app.kubernetes.io/name")?;
        Some((pod.metadata.name?, owner))
    });
    Ok(named.collect())
}
