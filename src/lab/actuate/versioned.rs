//! A patch of an object as it was looked at.
//!
//! A patch that is given up here may still reach Kubernetes, after the object was found to be as before and the heal was told to be done.
//! So each is about one version of its object, and whoever sets back what this process has not heard the end of lets the version grow first.
//!
//! **Invariant**: Kubernetes refuses the patch of an object that changed since; nothing that somebody else wrote is written over, and no
//! patch of this process' comes after its heal.

use std::fmt::Debug;

use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    lab::{
        cluster::{
            handle::Handle,
            kube::{late, refused, within},
        },
        error::LabError,
    },
    model::op::{Op, Whose, whose},
};

/// How often an object may change between a look and its patch, as it does while pods roll.
const TRIES: u32 = 10;
/// A label that comes and goes.
const LABEL: &str = "touched";

/// A patch that is refused unless the object is as it was looked at.
fn versioned<K: kube::Resource>(mut patch: Value, found: &K) -> Value {
    patch["metadata"]["resourceVersion"] = found.meta().resource_version.clone().into();
    patch
}

/// Patch an object; whether nobody was faster.
async fn patched<K>(api: &Api<K>, name: &str, patch: &Patch<Value>) -> Result<bool, LabError>
where
    K: Clone + DeserializeOwned + Debug,
{
    let params = PatchParams::default();
    match tokio::time::timeout(std::time::Duration::from_secs(10), api.patch(name, &params, patch)).await {
        Ok(Err(kube::Error::Api(answer))) if answer.code == 409 => {
            tracing::debug!("set {name}: it changed since it was looked at, looking again");
            Ok(false)
        }
        Ok(done) => done.map(|_| true).map_err(|error| refused(&format!("set {name}"), &error)),
        Err(_) => Err(late(&format!("set {name}"), 10)),
    }
}

/// It changed again and again between a look and a patch.
fn overtaken(name: &str) -> LabError {
    LabError::Kube { tried: format!("set {name}"), why: format!("it changed under our hands {TRIES} times in a row") }
}

impl Handle {
    /// Patch an object as it is now; one that is gone is left gone.
    pub(super) async fn change<K>(
        &self,
        api: &Api<K>,
        name: &str,
        kind: fn(Value) -> Patch<Value>,
        patch: Value,
    ) -> Result<(), LabError>
    where
        K: kube::Resource + Clone + DeserializeOwned + Debug,
    {
        self.outdate(api, name).await?;
        let sent = sent_to(api, name);
        for _ in 0..TRIES {
            let Some(found) = within(5, "read what is to be set", api.get_opt(name)).await? else { return Ok(()) };
            // From here on until there is an answer it is on its way, and stays that where nobody waits for the answer.
            self.generations.arm(&sent);
            let done = patched(api, name, &kind(versioned(patch.clone(), &found))).await?;
            self.generations.release(&sent);
            if done {
                return Ok(());
            }
        }
        Err(overtaken(name))
    }

    /// Patch an object back; what it is instead when somebody has changed it since. One that is gone is left gone. `now` reads of an object
    /// what the fault had set.
    pub(super) async fn change_back<K>(
        &self,
        api: &Api<K>,
        name: &str,
        kind: fn(Value) -> Patch<Value>,
        patch: &Value,
        (ours, before): (&Op, &Op),
        now: impl Fn(&K) -> Option<String>,
    ) -> Result<Option<String>, LabError>
    where
        K: kube::Resource + Clone + DeserializeOwned + Debug,
    {
        self.outdate(api, name).await?;
        for _ in 0..TRIES {
            let found = within(5, "read what is to be set back", api.get_opt(name)).await?;
            let Some(found) = found else { return Ok(None) };
            match whose(ours, before, now(&found).as_deref()) {
                Whose::Theirs(what) => return Ok(Some(what)),
                Whose::Before => return Ok(None),
                Whose::Ours => {}
            }
            if patched(api, name, &kind(versioned(patch.clone(), &found))).await? {
                return Ok(None);
            }
        }
        Err(overtaken(name))
    }

    /// What of this process may still be on its way to an object is refused from now on: the object is of a newer version, and otherwise
    /// as it was. A patch that changes nothing would leave it at its version; of labels Kubernetes hands nothing on.
    pub(super) async fn outdate<K>(&self, api: &Api<K>, name: &str) -> Result<(), LabError>
    where
        K: kube::Resource + Clone + DeserializeOwned + Debug,
    {
        let sent = sent_to(api, name);
        if self.generations.of(&sent).is_none() {
            return Ok(());
        }
        for value in [json!("1"), Value::Null] {
            let patch = Patch::Merge(json!({ "metadata": { "labels": { LABEL: value } } }));
            let there = within(5, "read what is to be set", api.get_opt(name)).await?.is_some();
            if there && !patched(api, name, &patch).await? {
                return Err(overtaken(name));
            }
        }
        self.generations.release(&sent);
        Ok(())
    }
}

/// By what it is remembered that something is on its way there.
fn sent_to<K: kube::Resource>(api: &Api<K>, name: &str) -> String {
    format!("{}/{name}", api.resource_url())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::actuate::testing::{Server, handle};

    const PAYMENT: &str = "/apis/apps/v1/namespaces/shop/deployments/payment";

    fn payment() -> Value {
        let containers = json!([{ "name": "payment", "image": "payment:2.8.0" }]);
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": { "name": "payment", "resourceVersion": "1" },
            "spec": { "replicas": 2, "selector": {}, "template": { "spec": { "containers": containers } } },
        })
    }

    fn release(version: &str) -> Op {
        let (deployment, container) = ("payment".to_owned(), "payment".to_owned());
        Op::SetImage { deployment, container, image: format!("payment:{version}"), change_cause: version.to_owned() }
    }

    fn image(found: &Value) -> &Value {
        &found["spec"]["template"]["spec"]["containers"][0]["image"]
    }

    /// A patch that nobody waited for any more came after the heal, which had found nothing to set back.
    #[tokio::test]
    async fn a_patch_that_was_given_up_does_not_come_after_the_heal() {
        let (server, client) = Server::with(PAYMENT, payment()).await;
        let (lab, late) = (handle(client), server.keep_back());
        let (ours, before) = (release("2.8.1"), release("2.8.0"));
        tokio::select! {
            done = lab.obey(&ours) => panic!("nobody has answered: {done:?}"),
            () = late.came.notified() => {}
        }
        assert_eq!(lab.put_back(&ours, &before).await.unwrap(), None);
        late.goes.notify_one();
        assert_eq!(server.answers(3).await, [200, 200, 409]);
        let found = server.at(PAYMENT);
        assert_eq!((image(&found), &found["metadata"]["labels"]), (&json!("payment:2.8.0"), &json!({})));
    }

    #[tokio::test]
    async fn an_object_that_changed_meanwhile_is_looked_at_again() {
        let (server, client) = Server::with(PAYMENT, payment()).await;
        let (lab, late) = (handle(client), server.keep_back());
        let (ours, before) = (release("2.8.1"), release("2.8.0"));
        let faster = async {
            late.came.notified().await;
            server.patch(PAYMENT, &json!({ "spec": { "replicas": 3 } }));
            late.goes.notify_one();
        };
        let (done, ()) = tokio::join!(lab.obey(&ours), faster);
        done.unwrap();
        let found = server.at(PAYMENT);
        assert_eq!((image(&found), &found["spec"]["replicas"]), (&json!("payment:2.8.1"), &json!(3)));
        // There was an answer to each: nothing is on its way, and nothing is touched for that.
        assert_eq!(lab.put_back(&ours, &before).await.unwrap(), None);
        assert_eq!(lab.put_back(&ours, &before).await.unwrap(), None);
        assert_eq!(server.answers(3).await, [409, 200, 200]);
        assert_eq!(image(&server.at(PAYMENT)), "payment:2.8.0");
        // What is gone is left gone.
        lab.obey(&Op::SetReplicas { deployment: "nobody".to_owned(), replicas: 0 }).await.unwrap();
    }
}
