//! What is held inside of the nodes: rules for packets, frozen processes, processes of ours.
//!
//! **Invariant**: what is to be hit is looked up anew at every renewal, so pods that came in the meantime are hit as well; ending
//! needs no lookup, it is done everywhere. Each script is a step of the hold's generation: one that comes late does nothing.

use std::collections::BTreeMap;

use futures::future;

use super::{
    addresses::{beyond, peers},
    scripts::{ByNode, Scripts, everywhere, fetched},
};
use crate::{
    lab::{
        cluster::handle::Handle,
        error::LabError,
        node::{
            agent,
            fence::{self, Way},
            keeper, packets,
            sandbox::{self, Sandbox},
            table, work,
        },
    },
    model::{
        facts::{Facts, Pod},
        hold::{Fate, Hold, Selection, Work},
        units::Span,
    },
};

impl Handle {
    /// A hold is armed anew: its generation, and whatever can be got ready in the nodes.
    pub(in crate::lab) async fn prepare_in_nodes(&self, id: &str, ttl: Span, hold: &Hold) -> Result<(), LabError> {
        self.counts.forget(id);
        let mut generation = self.generations.arm(id);
        let Some(scripts) = self.scripts(id, ttl, hold).await? else { return Ok(()) };
        loop {
            let ready: ByNode =
                scripts.iter().map(|(node, scripts)| (node.clone(), scripts.fenced(id, generation))).collect();
            // Opens the shells, too: opening one costs more than everything that is said in it.
            let done = ready.iter().map(|(node, script)| self.nodes.run(node, &script.ready));
            let Some(newer) = fence::newest(&future::try_join_all(done).await?) else {
                self.prepared.lock().await.insert(id.to_owned(), ready);
                return Ok(());
            };
            // Another process' clock went ahead of ours: what is armed now is newer all the same.
            self.generations.learn(id, newer);
            generation = self.generations.arm(id);
        }
    }

    /// Arms what was made ready, or renews what this process holds.
    pub(super) async fn hold_in_nodes(&self, id: &str, ttl: Span, hold: &Hold) -> Result<(), LabError> {
        let generation = self.generation(id)?;
        // What was made ready is good for one time.
        let ready = self.prepared.lock().await.remove(id);
        let scripts: Vec<(String, String)> = if let Some(ready) = ready {
            ready.into_iter().map(|(node, script)| (node, script.blow)).collect()
        } else {
            let found = self.scripts(id, ttl, hold).await?.unwrap_or_default();
            found.into_iter().map(|(node, script)| (node, script.fenced(id, generation).whole)).collect()
        };
        let done = future::try_join_all(scripts.iter().map(|(node, script)| self.nodes.run(node, script))).await?;
        match fence::newest(&done) {
            None => Ok(()),
            Some(newer) => {
                self.generations.learn(id, newer);
                Err(ended(id))
            }
        }
    }

    /// The generation in which this process holds something; an error once it was released, here or by another process.
    pub(super) fn generation(&self, id: &str) -> Result<u64, LabError> {
        self.generations.of(id).ok_or_else(|| ended(id))
    }

    /// In every node that runs: one that is gone took the fault with it.
    pub(super) async fn release_in_nodes(&self, id: &str, script: &str) -> Result<(), LabError> {
        self.prepared.lock().await.remove(id);
        loop {
            let step = fence::step(id, self.generations.release(id), Way::Release, script);
            let nodes = self.nodes.running().await?;
            // All of them to their end: a node that fails keeps no other one from being healed.
            let done = future::join_all(nodes.iter().map(|node| self.nodes.run(node, &step))).await;
            let done: Vec<String> = done.into_iter().collect::<Result<_, _>>()?;
            let Some(newer) = fence::newest(&done) else { return Ok(()) };
            // Another process' clock went ahead of ours: what is released now is newer all the same.
            self.generations.learn(id, newer);
        }
    }

    /// How many packets met a fault's rules, everywhere, since it was armed; those of pods that are gone count as well.
    pub(super) async fn count(&self, id: &str) -> Result<u64, LabError> {
        let script = everywhere(&table::count(id));
        let nodes = self.nodes.running().await?;
        let counted = future::try_join_all(nodes.iter().map(|node| self.nodes.run(node, &script))).await?;
        Ok(self.counts.add(id, nodes.iter().map(String::as_str).zip(counted.iter().map(String::as_str))))
    }

    /// What a hold comes to on this lab, as it is now; `None` when it is not in the nodes.
    async fn scripts(&self, id: &str, ttl: Span, hold: &Hold) -> Result<Option<ByNode>, LabError> {
        let ttl_ms = ttl.0.as_millis();
        if !hold.is_in_nodes() {
            return Ok(None);
        }
        let facts = self.population().await?;
        let in_zone = |zone: &str, script: &Scripts| -> ByNode {
            facts.nodes_in(zone).map(|(node, _)| (node.clone(), script.clone())).collect()
        };
        let kept = |kept: &keeper::Kept| Scripts::at_once(keeper::hold(id, ttl_ms, kept));
        Ok(Some(match hold {
            Hold::Sessions(_) | Hold::Members(_) | Hold::Surge(_) | Hold::RedisPause { .. } => return Ok(None),
            Hold::Http(http) => {
                let doorway = agent::doorway(id, ttl_ms, http);
                let helped = |sandbox: &Sandbox| {
                    let helper = agent::doorkeeper(id, &sandbox.uid, &sandbox.network, http);
                    Scripts::helped(&doorway, &sandbox.network, &fetched(&keeper::hold(id, ttl_ms, &helper)))
                };
                self.at(&http.at, &facts, helped).await?
            }
            Hold::Packets(rule) => {
                let peers = peers(rule, &facts);
                if let Fate::Shape(shape) = &rule.fate {
                    let shaper = self.shaper(shape).await?;
                    let scripts = |sandbox: &Sandbox| {
                        Scripts::shaped(shaper, id, ttl_ms, (rule, shape), &peers, (&sandbox.uid, &sandbox.network))
                    };
                    self.at(&rule.at, &facts, scripts).await?
                } else {
                    let rules = packets::rules(id, ttl_ms, rule, &peers);
                    self.at(&rule.at, &facts, |sandbox| Scripts::of(&rules, Some(&sandbox.network))).await?
                }
            }
            Hold::CutZone { zone } => {
                in_zone(zone, &Scripts::of(&packets::cut(id, ttl_ms, &beyond(zone, &facts)), None))
            }
            Hold::Frozen { at } => {
                let freeze = |sandbox: &Sandbox| kept(&keeper::freeze(&sandbox.uid, &sandbox.cgroup));
                self.at(at, &facts, freeze).await?
            }
            Hold::FrozenZone { zone } => in_zone(zone, &kept(&keeper::freeze_node())),
            Hold::Work { at, work } => {
                let scripts = |sandbox: &Sandbox| {
                    let script = keeper::hold(id, ttl_ms, &work::work(&sandbox.uid, &sandbox.cgroup, work));
                    if matches!(work, Work::Clock(_)) { Scripts::by_agent(script) } else { Scripts::at_once(script) }
                };
                self.at(at, &facts, scripts).await?
            }
        }))
    }

    /// The scripts for selected pods, node by node.
    async fn at(
        &self,
        selection: &Selection,
        facts: &Facts,
        script: impl Fn(&Sandbox) -> Scripts,
    ) -> Result<ByNode, LabError> {
        let mut pods: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
        for pod in selection.target.pods(facts, selection.seed).into_iter().filter(|pod| !pod.host_network) {
            pods.entry(&pod.node).or_default().push(pod);
        }
        let lists = pods.keys().map(|node| sandbox::list(&self.nodes, node, &self.namespace));
        let lists = future::try_join_all(lists).await?;
        let mut by_node = ByNode::new();
        for ((node, pods), sandboxes) in pods.into_iter().zip(lists) {
            // A pod without a sandbox has not started yet: the next renewal finds it.
            for sandbox in pods.iter().filter_map(|pod| sandboxes.get(&pod.uid)) {
                by_node.entry(node.to_owned()).or_default().add(&sandbox.network, &script(sandbox));
            }
        }
        Ok(by_node)
    }
}

/// Of no harm: whoever ended it wanted it ended.
fn ended(id: &str) -> LabError {
    LabError::Kube { tried: format!("hold {id}"), why: "it was released in the meantime, and stays so".to_owned() }
}
