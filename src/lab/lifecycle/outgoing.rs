//! Pods of an earlier release that are still there while a newer one comes up.
//!
//! A rolling update keeps them until the newer ones are ready, and these may wait for what the earlier ones hold: every
//! connection that PostgreSQL accepts, after a pool was made larger than that. Neither moves then.
//!
//! **Invariant**: a pod of the newest release is left alone.

use std::{collections::BTreeMap, time::Duration};

use k8s_openapi::api::{
    apps::v1::{Deployment, ReplicaSet},
    core::v1::Pod,
};
use kube::{
    Api, Client, ResourceExt as _,
    api::{DeleteParams, ListParams},
};
use tokio::time::Instant;

use crate::lab::{
    cluster::kube::{late, within},
    error::LabError,
    layout::NAMESPACE,
};

/// The deployment controller numbers releases.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// And labels their pods.
const HASH: &str = "pod-template-hash";
/// How long it takes at most to see a change, in seconds.
const SEEN_S: u64 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Delete the pods of every release but the newest. Their customers are cut off: nobody may be served meanwhile.
/// Returns the number of releases whose pods went.
pub(super) async fn delete(kube: &Client) -> Result<usize, LabError> {
    let newest = newest(kube).await?;
    let sets: Api<ReplicaSet> = Api::namespaced(kube.clone(), NAMESPACE);
    let pods: Api<Pod> = Api::namespaced(kube.clone(), NAMESPACE);
    let mut gone = 0;
    for set in within(5, "list replica sets", sets.list(&ListParams::default())).await? {
        if let Some(hash) = outgoing(&set, &newest) {
            let what = ListParams::default().labels(&format!("{HASH}={hash}"));
            let tried = format!("delete the pods of {}", set.name_any());
            within(10, &tried, pods.delete_collection(&DeleteParams::default(), &what)).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// The newest release of each deployment, once the controller has seen the latest change of each.
async fn newest(kube: &Client) -> Result<BTreeMap<String, String>, LabError> {
    let deployments: Api<Deployment> = Api::namespaced(kube.clone(), NAMESPACE);
    let deadline = Instant::now() + Duration::from_secs(SEEN_S);
    loop {
        let all = within(5, "list deployments", deployments.list(&ListParams::default())).await?;
        let seen = |one: &Deployment| one.status.as_ref().and_then(|status| status.observed_generation);
        if all.iter().all(|one| seen(one) >= one.metadata.generation) {
            let release = |one: Deployment| Some((one.name_any(), one.annotations().get(REVISION)?.clone()));
            return Ok(all.into_iter().filter_map(release).collect());
        }
        if Instant::now() >= deadline {
            return Err(late("have every deployment's change seen", SEEN_S));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The label of the pods of a replica set that has some, and is not of the newest release.
fn outgoing<'a>(set: &'a ReplicaSet, newest: &BTreeMap<String, String>) -> Option<&'a String> {
    let owner = set.owner_references().first()?;
    let has_pods = set.status.as_ref().is_some_and(|status| status.replicas > 0);
    let earlier = newest.get(&owner.name)? != set.annotations().get(REVISION)?;
    set.labels().get(HASH).filter(|_| has_pods && earlier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pods_of_an_earlier_release_are_outgoing() {
        let newest = BTreeMap::from([("payment".to_owned(), "10".to_owned())]);
        let is = |revision: &str, owner: &str, replicas: i32| {
            let set: ReplicaSet = serde_json::from_value(serde_json::json!({
                "metadata": {
                    "name": "payment-abc", "labels": {HASH: "abc"}, "annotations": {REVISION: revision},
                    "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": owner, "uid": ""}],
                },
                "status": {"replicas": replicas},
            }))
            .unwrap();
            outgoing(&set, &newest).is_some()
        };
        assert!(is("9", "payment", 2));
        assert!(!is("10", "payment", 2), "the newest");
        assert!(!is("9", "payment", 0), "it has no pods");
        assert!(!is("9", "somebody-else's", 2));
    }
}
