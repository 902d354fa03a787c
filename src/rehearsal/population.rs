//! Who is where in a fake lab.
//!
//! **Invariant**: every name, address and zone follows from the deployments alone.

use std::{collections::BTreeMap, net::Ipv4Addr};

use crate::model::facts::{Deployment, Node, Pod};

/// Those in no data centre.
const OUTSIDE: [&str; 2] = ["bank", "carrier"];

/// Pods of every deployment and of the servers, over three data centres.
pub(super) fn population(deployments: &BTreeMap<String, Deployment>) -> (Vec<Pod>, BTreeMap<String, Node>) {
    let servers = ["postgres", "kafka", "redis"].map(|server| (server.to_owned(), 3));
    let of_deployments = deployments.iter().map(|(name, found)| (name.clone(), found.replicas));
    let mut pods = Vec::new();
    for (service, count) in of_deployments.chain(servers) {
        for number in 0..count {
            let low = u8::try_from(pods.len()).unwrap_or(u8::MAX);
            pods.push(Pod {
                name: format!("{service}-{number}"),
                uid: format!("uid-{service}-{number}"),
                labels: [("app.kubernetes.io/name".to_owned(), service.clone())].into(),
                service: service.clone(),
                node: if OUTSIDE.contains(&service.as_str()) {
                    "control-plane".to_owned()
                } else {
                    format!("worker-{}", number % 3 + 1)
                },
                address: Some(Ipv4Addr::new(10, 244, 1, low)),
                host_network: false,
            });
        }
    }
    let zones = [1, 2, 3]
        .map(|number| (format!("worker-{number}"), Node { zone: Some(format!("dc-{number}")), ..Node::default() }));
    let mut nodes: BTreeMap<String, Node> = zones.into();
    nodes.insert("control-plane".to_owned(), Node::default());
    (pods, nodes)
}
