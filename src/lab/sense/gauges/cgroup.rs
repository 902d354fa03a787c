//! Figures that the kernel keeps of a service's containers, read in their nodes.
//!
//! Why in the nodes: a program that is run in the container takes from the very limit that is measured, and does not answer when
//! the container is frozen.
//!
//! **Invariant**: reads files only; a figure is of all pods that run, or there is none.

use std::{collections::BTreeMap, time::Instant};

use async_trait::async_trait;
use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt};

use super::{
    FIRST, Reading, Source,
    figures::{self, Kept},
};
use crate::{
    lab::{
        node::{Nodes, sandbox},
        sense::{SenseTarget, pods},
    },
    model::gauge::Figure,
};

/// The figures of one service.
pub(super) struct Cgroup {
    of: String,
    figures: Vec<Figure>,
    pods: Api<Pod>,
    namespace: String,
    nodes: Nodes,
    /// Where the pods' cgroups are, by UID: a pod keeps its place.
    places: BTreeMap<String, String>,
    before: Option<(Instant, Kept)>,
}

impl Cgroup {
    pub(super) fn new(of: &str, figures: Vec<Figure>, target: &SenseTarget) -> Self {
        Self {
            of: of.to_owned(),
            figures,
            pods: Api::namespaced(target.kube.clone(), &target.namespace),
            namespace: target.namespace.clone(),
            nodes: target.nodes(),
            places: BTreeMap::new(),
            before: None,
        }
    }

    /// What the kernel keeps of every pod that runs.
    async fn look(&mut self) -> Result<Kept, String> {
        let running = pods::of(&self.pods, &self.of).await?;
        if running.is_empty() {
            return Err(format!("no pod of {} runs", self.of));
        }
        let mut by_node: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pod in &running {
            let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()).unwrap_or_default();
            by_node.entry(node).or_default().push(pod.uid().unwrap_or_default());
        }
        for (node, uids) in &by_node {
            if uids.iter().any(|uid| !self.places.contains_key(uid)) {
                let found =
                    sandbox::list(&self.nodes, node, &self.namespace).await.map_err(|error| error.to_string())?;
                self.places.extend(found.into_values().map(|sandbox| (sandbox.uid, sandbox.cgroup)));
            }
        }
        let (nodes, places) = (&self.nodes, &self.places);
        let asked = by_node.iter().map(async |(node, uids)| {
            let there = uids.iter().filter_map(|uid| Some((uid.as_str(), places.get(uid)?.as_str())));
            let said = nodes.run(node, &figures::script(there)).await.map_err(|error| error.to_string())?;
            figures::read(&said)
        });
        let kept: Kept = try_join_all(asked).await?.into_iter().flatten().collect();
        // One that is on its way out may be gone from its node; any other is missing.
        let lacks = |pod: &&Pod| {
            pod.metadata.deletion_timestamp.is_none() && !kept.contains_key(&pod.uid().unwrap_or_default())
        };
        match running.iter().find(lacks) {
            Some(pod) => Err(format!("its node keeps no cgroup of pod/{}", pod.name_any())),
            None => Ok(kept),
        }
    }
}

#[async_trait]
impl Source for Cgroup {
    async fn read(&mut self) -> Vec<Reading> {
        let now = match self.look().await {
            Ok(now) => now,
            Err(why) => return vec![Err(why); self.figures.len()],
        };
        let at = Instant::now();
        let before = self.before.as_ref();
        let one = |figure: &Figure| match (figure, before) {
            (Figure::Memory, _) => figures::memory(&now),
            (_, None) => Err(FIRST.to_owned()),
            (Figure::CpuThrottled, Some((_, before))) => figures::throttled(before, &now),
            (Figure::CpuUsage, Some((then, before))) => figures::cores(before, &now, at.duration_since(*then)),
        };
        let readings = self.figures.iter().map(one).collect();
        self.before = Some((at, now));
        readings
    }
}
