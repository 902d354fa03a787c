//! A patch of an object as it was looked at.
//!
//! **Invariant**: Kubernetes refuses the patch of an object that changed since; nothing that somebody else wrote is written over.

use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::lab::{
    cluster::kube::{late, refused},
    error::LabError,
};

/// How often an object may change between a look and its patch, as it does while pods roll.
pub(super) const TRIES: u32 = 10;

/// A patch that is refused unless the object is as it was looked at.
pub(super) fn versioned<K: kube::Resource>(mut patch: Value, found: &K) -> Value {
    patch["metadata"]["resourceVersion"] = found.meta().resource_version.clone().into();
    patch
}

/// Patch an object; whether nobody was faster.
pub(super) async fn patched<K>(api: &Api<K>, name: &str, patch: &Patch<Value>) -> Result<bool, LabError>
where
    K: Clone + DeserializeOwned + std::fmt::Debug,
{
    let params = PatchParams::default();
    match tokio::time::timeout(std::time::Duration::from_secs(10), api.patch(name, &params, patch)).await {
        Ok(Err(kube::Error::Api(answer))) if answer.code == 409 => {
            tracing::debug!("set {name} back: it changed since it was looked at, looking again");
            Ok(false)
        }
        Ok(done) => done.map(|_| true).map_err(|error| refused(&format!("set {name} back"), &error)),
        Err(_) => Err(late(&format!("set {name} back"), 10)),
    }
}

/// It changed again and again between a look and a patch.
pub(super) fn overtaken(name: &str) -> LabError {
    LabError::Kube {
        tried: format!("set {name} back"),
        why: format!("it changed under our hands {TRIES} times in a row"),
    }
}
