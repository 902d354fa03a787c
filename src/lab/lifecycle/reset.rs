//! Brings what runs in a lab back to what its charts say, with cluster, ports and passwords as they are.
//!
//! **Invariant**: what a person changed goes back; customers' data stays.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures::future;
use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kube::{Api, api::PostParams, core::NamespaceResourceScope};
use serde::de::DeserializeOwned;

use crate::lab::{
    Lab,
    cluster::assets,
    cluster::charts,
    cluster::kube::{late, refused, within},
    error::LabError,
    layout::NAMESPACE,
    lifecycle::order,
    lifecycle::outgoing,
    lifecycle::progress::{Progress, Step, step},
    lifecycle::ready,
};

/// A lab that is as its charts say.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Every step with its time.
    pub steps: Vec<Step>,
    /// All of it.
    pub took: Duration,
}

/// Reset the lab. Whoever calls this has the lab's lock.
pub async fn reset(lab: &Lab, progress: &dyn Progress) -> Result<Reset, LabError> {
    let began = Instant::now();
    let charts = step(progress, "charts", async {
        let all = assets::charts();
        future::try_join_all(all.iter().map(|chart| charts::install(chart, &lab.layout, &lab.state, progress))).await?;
        let replaced = future::try_join_all(all.iter().map(|chart| replace(lab, chart))).await?;
        lab.mend("let nodes take pods and PostgreSQL start", STARTS).await?;
        Box::pin(outgoing::delete(&lab.kube)).await?;
        Ok(((), format!("{} charts, {} objects", all.len(), replaced.iter().sum::<usize>())))
    });
    let ((), charts) = charts.await?;
    let ready = async {
        // Nothing was restarted behind the API's back: what it says of a pod is so.
        let count = ready::wait(&lab.kube, &BTreeMap::new(), Duration::from_mins(3), progress).await?;
        Ok(((), format!("{count} workloads")))
    };
    let ((), ready) = step(progress, "ready", ready).await?;
    let leaders = step(progress, "leaders", async {
        let said = lab.mend("let dc-1 lead again", LEADERS).await?;
        Ok(((), if said.is_empty() { "PostgreSQL and Redis lead from dc-1".to_owned() } else { said }))
    });
    let ((), leaders) = leaders.await?;
    let settings = step(progress, "settings", async {
        lab.mend("take back PostgreSQL's settings", SETTINGS).await?;
        Ok(((), "PostgreSQL's are those of its chart".to_owned()))
    });
    let ((), settings) = settings.await?;
    let order = async {
        order::place(&lab.layout, Duration::from_mins(1), progress).await?;
        Ok(((), "one order placed, paid and delivered".to_owned()))
    };
    let ((), order) = step(progress, "order", order).await?;
    Ok(Reset { steps: vec![charts, ready, leaders, settings, order], took: began.elapsed() })
}

/// A node that a person closed takes pods again, and a server that a person keeps down comes up: its pod may have waited for that
/// node.
const STARTS: &str =
    "kubectl get nodes --field-selector spec.unschedulable=true -o name | xargs -r kubectl uncordon >/dev/null
start() {
    for _ in $(seq 30); do
        kubectl exec postgres-$1-0 -- rm -f /var/lib/postgresql/maintenance 2>/dev/null && return
        sleep 1
    done
}
for dc in dc-1 dc-2 dc-3; do start $dc & done
wait";
/// Who leads stands in the servers' own data, where no chart reaches.
const LEADERS: &str = include_str!("reset-leaders.sh");
/// What `ALTER SYSTEM` set lives with the data too. What needs a restart gets one, the primary first: a replica refuses to start
/// with fewer connections than its primary has written into the log.
const SETTINGS: &str = include_str!("reset-settings.sh");

impl Lab {
    /// Carry out a script on the lab; what it says last.
    async fn mend(&self, what: &str, script: &str) -> Result<String, LabError> {
        let failed = |why: String| LabError::Kube { tried: what.to_owned(), why };
        let (status, said) = self.shell(script).await.map_err(|error| failed(error.to_string()))?;
        let said = said.trim().to_owned();
        if status == 0 { Ok(said) } else { Err(failed(said)) }
    }
}

/// Helm leaves alone what it never knew of, such as a variable that a person added: put the whole object back.
async fn replace(lab: &Lab, chart: &str) -> Result<usize, LabError> {
    let manifest = charts::manifest(chart, &lab.state).await?;
    let mut count = 0;
    for document in serde_yaml::Deserializer::from_str(&manifest) {
        let Ok(object) = <serde_json::Value as serde::Deserialize>::deserialize(document) else { continue };
        count += match object["kind"].as_str() {
            Some("Deployment") => put::<Deployment>(lab, object).await?,
            Some("ConfigMap") => put::<ConfigMap>(lab, object).await?,
            // Storage cannot be replaced under a running server; helm has patched the rest.
            _ => 0,
        };
    }
    Ok(count)
}

/// How often an object may change under our hands, as it does while its pods roll.
const TRIES: u32 = 8;

async fn put<K>(lab: &Lab, object: serde_json::Value) -> Result<usize, LabError>
where
    K: kube::Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + DeserializeOwned + serde::Serialize,
    K: std::fmt::Debug,
{
    let api = Api::<K>::namespaced(lab.kube.clone(), NAMESPACE);
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let tried = format!("put back {name}");
    let mut attempts = 0;
    loop {
        let Some(live) = within(5, &tried, api.get_opt(&name)).await? else { return Ok(0) };
        let wanted: K = wanted(object.clone(), &live)
            .map_err(|error| LabError::Malformed { what: tried.clone(), why: error.to_string() })?;
        let how = PostParams::default();
        match tokio::time::timeout(Duration::from_secs(5), api.replace(&name, &how, &wanted)).await {
            // Changed since it was looked at: looked at again.
            Ok(Err(kube::Error::Api(answer))) if answer.code == 409 && attempts < TRIES => attempts += 1,
            Ok(done) => return done.map(|_| 1).map_err(|error| refused(&tried, &error)),
            Err(_) => return Err(late(&tried, 5)),
        }
    }
}

/// The manifest's object with what is not in the manifest: Helm's own marks, the counters of Kubernetes, the version.
fn wanted<K>(mut object: serde_json::Value, live: &K) -> Result<K, serde_json::Error>
where
    K: kube::Resource<DynamicType = ()> + DeserializeOwned,
{
    let mut annotations = live.meta().annotations.clone().unwrap_or_default();
    annotations.retain(|key, _| key.starts_with("meta.helm.sh/") || key.starts_with("deployment.kubernetes.io/"));
    for (key, value) in annotations {
        object["metadata"]["annotations"][key] = value.into();
    }
    object["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm".into();
    let mut wanted: K = serde_json::from_value(object)?;
    wanted.meta_mut().resource_version.clone_from(&live.meta().resource_version);
    Ok(wanted)
}
