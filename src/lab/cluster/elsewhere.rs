//! A cluster that is not a lab: faults in its pods, nodes and Kubernetes, and nothing else.
//!
//! **Invariant**: reached only by its own name, `context/NAME/NAMESPACE`, and touched only when that was allowed aloud.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use crate::lab::{
    cluster::handle::Handle,
    engine::docker::chain,
    error::LabError,
    node::{Nodes, pod::Door},
};
use crate::{
    model::{
        event::{Acted, EventKind},
        facts::Facts,
        hold::Hold,
        holds::Holds,
        ledger::{LedgerName, LedgerReading},
        op::Op,
        scenario,
    },
    run::ports::{Actuator, PortError, Repairer, Sensor, Surveyor},
};

/// Another cluster.
#[derive(Clone)]
pub struct Elsewhere {
    /// What faults need of it.
    pub handle: Handle,
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
        let door = Door { kube: kube.clone(), context: context.to_owned(), namespace: namespace.to_owned() };
        let found = Self { handle: Handle::new(name, kube, namespace, Nodes::elsewhere(door)) };
        found.handle.population().await?;
        Ok(found)
    }
}

/// What is outside of pods, nodes and Kubernetes.
fn beyond(op: &Op) -> Option<String> {
    (!Handle::reaches(op)).then(|| {
        "outside of a lab only pods, nodes and deployments can be hit\nuse instead: cut-link, slow-link, freeze-pod, kill-pod, scale".to_owned()
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

    async fn lacks(&self, op: &Op) -> Result<Option<String>, PortError> {
        let Op::Hold { hold, .. } = op else { return Ok(beyond(op)) };
        if let Hold::FrozenZone { .. } = hold {
            return Ok(Some(
                "a frozen node could not be reached any more through its own pod\nuse instead: cut-zone".to_owned(),
            ));
        }
        let missing = async { self.handle.missing(hold).await.map_err(|error| PortError::new(op.to_string(), error)) };
        match beyond(op) {
            None => missing.await,
            some => Ok(some),
        }
    }

    async fn acted(&self, op: &Op) -> Result<Option<Acted>, PortError> {
        self.handle.acted(op).await.map_err(|error| PortError::new(format!("count: {op}"), error))
    }

    async fn leave(&self) {
        self.handle.nodes.leave().await;
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

/// What only a lab has.
fn only_in_a_lab<T>(what: &str) -> Result<T, PortError> {
    Err(PortError::new(what, "only a lab has that"))
}

#[async_trait]
impl Sensor for Elsewhere {
    async fn start(
        &mut self,
        _: &str,
        _: &scenario::Load,
        _: &BTreeMap<String, Vec<crate::model::units::Span>>,
        _: &BTreeMap<String, scenario::Gauge>,
    ) -> Result<(), PortError> {
        only_in_a_lab("start customers")
    }
    async fn probe(&self, gauges: &BTreeMap<String, scenario::Gauge>) -> BTreeMap<String, Result<f64, String>> {
        gauges.keys().map(|name| (name.clone(), Err("only a lab has that".to_owned()))).collect()
    }
    async fn next(&mut self) -> EventKind {
        std::future::pending().await
    }
    async fn stop(&mut self) -> Vec<EventKind> {
        Vec::new()
    }
    async fn at_rest(&self) -> Result<Vec<String>, PortError> {
        only_in_a_lab("ask what still moves")
    }
    async fn counterexamples(&self, _: &Holds) -> Result<Vec<String>, PortError> {
        only_in_a_lab("ask a database")
    }
    async fn reconcile(&self, _: LedgerName) -> Result<LedgerReading, PortError> {
        only_in_a_lab("read the books")
    }
}

#[async_trait]
impl Repairer for Elsewhere {
    async fn act(&self, _: &scenario::Action) -> Result<(i32, String), PortError> {
        only_in_a_lab("repair")
    }
    async fn script(&self, _: &std::path::Path) -> Result<(i32, String), PortError> {
        only_in_a_lab("repair")
    }
}
