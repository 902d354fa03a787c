//! A cluster that is not a lab: faults in its pods, nodes and Kubernetes, and nothing else.
//!
//! **Invariant**: reached only by its own name, `context/NAME/NAMESPACE`, and touched only when that was allowed aloud; nothing is put
//! in that would not end by itself if this process died and nobody ever came back.

mod absent;

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, Config,
    api::ListParams,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::{handle::Handle, kube::within};
use crate::lab::{
    error::LabError,
    node::{Nodes, pod::Door},
};
use crate::{
    log::chain,
    model::{
        event::Acted,
        facts::Facts,
        hold::{Hold, Selection},
        op::Op,
    },
    run::ports::{Actuator, PortError, Surveyor},
};

/// Another cluster.
#[derive(Clone)]
pub struct Elsewhere {
    /// What faults need of it.
    pub handle: Handle,
    /// Whether leaving also takes away what commands left that died.
    sweeps: bool,
}

/// Context and namespace, if a lab's name is one of another cluster.
pub fn named(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("context/")?
        .rsplit_once('/')
        .filter(|(context, namespace)| !context.is_empty() && !namespace.is_empty())
}

impl Elsewhere {
    /// The cluster of a context in the user's kubeconfig; asked whether it answers.
    pub async fn connect(name: &str) -> Result<Self, LabError> {
        let malformed = |why: String| LabError::Malformed { what: name.to_owned(), why };
        let Some((context, namespace)) = named(name) else {
            return Err(malformed("expected context/NAME/NAMESPACE".to_owned()));
        };
        let read = Kubeconfig::read().map_err(|error| malformed(chain(&error)))?;
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(read, &options).await.map_err(|error| malformed(chain(&error)))?;
        let kube = Client::try_from(config).map_err(|error| malformed(chain(&error)))?;
        let door = Door::new(kube.clone(), context, namespace)?;
        let found = Self { handle: Handle::new(name, kube, namespace, Nodes::elsewhere(door)), sweeps: false };
        found.handle.population().await?;
        Ok(found)
    }

    /// The same for a heal, which takes away what commands of this machine have opened that died.
    pub async fn connect_to_heal(name: &str) -> Result<Self, LabError> {
        Ok(Self { sweeps: true, ..Self::connect(name).await? })
    }

    /// Pods that nobody would make anew if they were deleted.
    async fn unowned(&self, at: &Selection) -> Result<Vec<String>, LabError> {
        let api = Api::<Pod>::namespaced(self.handle.kube.clone(), &self.handle.namespace);
        let pods = within(10, "list pods", api.list(&ListParams::default())).await?;
        let owned =
            |pod: &Pod| pod.metadata.owner_references.iter().flatten().any(|owner| owner.controller == Some(true));
        let orphans = pods.items.iter().filter(|pod| !owned(pod)).filter_map(|pod| pod.metadata.uid.clone());
        let orphans: Vec<String> = orphans.collect();
        let facts = self.handle.population().await?;
        let meant = at.target.pods(&facts, at.seed);
        Ok(meant.into_iter().filter(|pod| orphans.contains(&pod.uid)).map(|pod| pod.name.clone()).collect())
    }
}

/// What is outside of pods, nodes and Kubernetes.
fn beyond(op: &Op) -> Option<String> {
    (!Handle::reaches(op)).then(|| {
        "outside of a lab only pods and nodes can be hit\nuse instead: cut-link, slow-link, freeze-pod, kill-pod"
            .to_owned()
    })
}

/// What would stay until somebody takes it back: nothing in that cluster ends it when droplab is gone.
fn stays(op: &Op) -> Option<String> {
    let over_at_once = matches!(op, Op::DeletePod { .. } | Op::DeletePods { .. });
    (op.ttl().is_none() && !over_at_once).then(|| {
        format!(
            "{op}: it has no expiry, and would stay in somebody's cluster if this process died\n\
             use instead: cut-link, slow-link, freeze-pod, burn-cpu, kill-pod"
        )
    })
}

#[async_trait]
impl Actuator for Elsewhere {
    async fn prepare(&self, op: &Op) -> Result<(), PortError> {
        let Op::Hold { id, ttl, hold } = op else { return Ok(()) };
        self.handle.prepare_in_nodes(id, *ttl, hold).await.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        if let Some(why) = beyond(op) {
            return Err(PortError::new(op.to_string(), why));
        }
        self.handle.obey(op).await.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, PortError> {
        if let Some(why) = beyond(before) {
            return Err(PortError::new(before.to_string(), why));
        }
        self.handle.put_back(ours, before).await.map_err(|error| PortError::new(before.to_string(), error))
    }

    async fn lacks(&self, op: &Op) -> Result<Option<String>, PortError> {
        let failed = |error: LabError| PortError::new(op.to_string(), error);
        let hold = match op {
            Op::Hold { hold, .. } => hold,
            Op::DeletePods { at, .. } => {
                let lost = self.unowned(at).await.map_err(failed)?;
                let why = format!("{}: nothing would make them anew once they are deleted", lost.join(", "));
                return Ok((!lost.is_empty()).then_some(why));
            }
            other => return Ok(beyond(other).or_else(|| stays(other))),
        };
        if let Hold::FrozenZone { .. } = hold {
            return Ok(Some(
                "a frozen node could not be reached any more through its own pod\nuse instead: cut-zone".to_owned(),
            ));
        }
        match beyond(op) {
            None => self.handle.missing(hold).await.map_err(failed),
            some => Ok(some),
        }
    }

    async fn acted(&self, op: &Op) -> Result<Option<Acted>, PortError> {
        self.handle.acted(op).await.map_err(|error| PortError::new(format!("count: {op}"), error))
    }

    async fn leave(&self) {
        self.handle.nodes.leave().await;
        if self.sweeps {
            self.handle.nodes.sweep().await;
        }
    }
}

#[async_trait]
impl Surveyor for Elsewhere {
    async fn survey(&self) -> Result<Facts, PortError> {
        let found = tokio::try_join!(self.handle.deployments(), self.handle.population(), self.handle.traces());
        let (deployments, population, traces) =
            found.map_err(|error| PortError::new(format!("survey {}", self.handle.name), error))?;
        Ok(Facts { deployments, traces: traces.into_iter().collect(), ..population })
    }
}
