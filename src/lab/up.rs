//! Brings a lab up: from nothing, from sleep, from a half-way stop, or not at all because it is up.
//!
//! **Invariant**: whatever stops it, the next `up` goes on from there and `down` removes it; it is done only when an order
//! came through.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use kube::Client;

use super::{
    carry::carry,
    charts,
    cluster::{self, Standing},
    docker::Engine,
    error::LabError,
    host::{self, Depth, Mark},
    images::Images,
    layout::Layout,
    nodes, order,
    progress::{Progress, Step, step},
    ready,
    secrets::Secrets,
    state::{Record, State},
    wrappers,
};

/// What `up` found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// There was no cluster.
    Made,
    /// It was up.
    Kept,
    /// It had been stopped, and is itself again, with its data.
    Woken,
    /// What was left of it could not be used: made anew, without its data.
    Rebuilt,
}

/// A lab that is up.
#[derive(Clone, Debug)]
pub struct Up {
    /// How it came about.
    pub fate: Fate,
    /// Every step with its time.
    pub steps: Vec<Step>,
    /// All of it.
    pub took: Duration,
}

/// How long an API server may take to come back by itself.
const WAKE: Duration = Duration::from_mins(1);
/// How long an API server may take to come up for the first time.
const BIRTH: Duration = Duration::from_mins(3);
/// How long the workloads may take.
const READY: Duration = Duration::from_mins(5);
/// How long the first order may take once everything is ready.
const ORDER: Duration = Duration::from_secs(90);

/// Bring the lab up. Whoever calls this has the lab's lock.
pub async fn up(layout: &Layout, progress: &dyn Progress) -> Result<Up, LabError> {
    let began = Instant::now();
    let state = State::of(&layout.name);
    let work = Work { layout, state: &state, progress };
    let mut steps = Vec::new();

    let ((engine, standing), host) = step(progress, "host", work.look_at_host()).await?;
    let (images, stock) = step(progress, "images", work.look_at_images(&engine)).await?;
    steps.extend([host, stock]);
    let (client, fate) = Box::pin(work.settle(&engine, &images, standing, &mut steps)).await?;
    let ((), ready) = step(progress, "ready", work.wait_for_workloads(&engine, &client)).await?;
    let ((), order) = step(progress, "order", work.place_order()).await?;
    steps.extend([ready, order]);
    work.remember_starts(&engine).await?;
    wrappers::write(layout, &state)?;
    Ok(Up { fate, steps, took: began.elapsed() })
}

/// What every step needs.
struct Work<'a> {
    layout: &'a Layout,
    state: &'a State,
    progress: &'a dyn Progress,
}

impl Work<'_> {
    async fn look_at_host(&self) -> Result<((Engine, Standing), String), LabError> {
        let engine = Engine::connect().await?;
        let nodes = engine.nodes(&self.layout.name).await?;
        let record = self.state.record()?;
        // Complete as far as anybody knows: a lost record is no reason to throw a running lab away.
        let complete = record.as_ref().is_none_or(|record| record.complete);
        let standing = cluster::standing(&nodes, self.layout, complete)?;
        let there = nodes.iter().find_map(|node| node.api_port).map(|port| port.saturating_sub(443));
        if let Some(there) = there.filter(|there| *there != self.layout.port_base) {
            return Err(LabError::OtherPorts { name: self.layout.name.clone(), there, wanted: self.layout.port_base });
        }
        let checks = Box::pin(host::examine(self.layout, Depth::Quick)).await;
        host::verdict(&checks)?;
        let warnings: Vec<_> = checks.iter().filter(|check| check.mark == Mark::Warning).collect();
        for check in &warnings {
            let fix = check.fix.as_deref().unwrap_or("droplab doctor");
            self.progress.warn(&format!("{}: {}, wanted {}; {fix}", check.name, check.measured, check.wanted));
        }
        Ok(((engine, standing), format!("{} checks", checks.len() - warnings.len())))
    }

    async fn look_at_images(&self, engine: &Engine) -> Result<(Images, String), LabError> {
        let images = Images::look(engine).await?;
        let told = format!("{} and {} of the stack", images.node, images.stack.len());
        Ok((images, told))
    }

    /// Whatever stands now, afterwards there is a cluster with images and charts in it.
    async fn settle(
        &self,
        engine: &Engine,
        images: &Images,
        standing: Standing,
        steps: &mut Vec<Step>,
    ) -> Result<(Client, Fate), LabError> {
        let fate = match standing {
            Standing::Absent => Fate::Made,
            Standing::Broken(nodes) => {
                self.progress
                    .warn("an earlier `up` did not come to its end, or nodes are gone: building the cluster anew");
                cluster::remove(engine, &nodes).await?;
                // One that never was complete held nothing that could be lost.
                let was_whole = self.state.record()?.is_none_or(|record| record.complete);
                if was_whole { Fate::Rebuilt } else { Fate::Made }
            }
            Standing::Running => match self.revive(engine, &[], steps).await {
                Ok(client) => {
                    let fate = self.kept_or_woken(engine).await?;
                    return self.furnish(engine, images, client, fate, steps).await;
                }
                Err(error) => self.give_up_on(engine, &error).await?,
            },
            Standing::Asleep(nodes) => match self.revive(engine, &nodes, steps).await {
                Ok(client) => return self.furnish(engine, images, client, Fate::Woken, steps).await,
                Err(error) => self.give_up_on(engine, &error).await?,
            },
        };
        let client = Box::pin(self.build(engine, images, steps)).await?;
        Ok((client, fate))
    }

    async fn give_up_on(&self, engine: &Engine, error: &LabError) -> Result<Fate, LabError> {
        self.progress.warn(&format!("the cluster does not come back ({error}): building it anew"));
        cluster::remove(engine, &engine.nodes(&self.layout.name).await?).await?;
        Ok(Fate::Rebuilt)
    }

    /// Start what sleeps, and wait until the API answers and every node reports.
    async fn revive(
        &self,
        engine: &Engine,
        asleep: &[super::docker::Node],
        steps: &mut Vec<Step>,
    ) -> Result<Client, LabError> {
        let work = async {
            if !asleep.is_empty() {
                self.progress.note("cluster", "starting the nodes that were stopped");
            }
            cluster::wake(engine, asleep, self.layout).await?;
            self.progress.note("cluster", "waiting for the Kubernetes API");
            let client = cluster::wait_for_api(engine, self.layout, self.state, WAKE).await?;
            self.progress.note("cluster", "waiting for the nodes to report");
            nodes::wait(&client, self.layout, WAKE).await?;
            let told = if asleep.is_empty() { "up".to_owned() } else { format!("{} nodes woken", asleep.len()) };
            Ok((client, told))
        };
        let (client, taken) = step(self.progress, "cluster", work).await?;
        steps.push(taken);
        Ok(client)
    }

    /// Images and charts for a cluster that stands.
    async fn furnish(
        &self,
        engine: &Engine,
        images: &Images,
        client: Client,
        fate: Fate,
        steps: &mut Vec<Step>,
    ) -> Result<(Client, Fate), LabError> {
        if self.state.record()?.is_none() {
            // The folder was lost: what it held is told again by the engine and by the cluster.
            self.state.keep(&self.record(images, true))?;
        }
        let ((), carried) =
            step(self.progress, "carry", carry(self.layout, self.state, engine, images, self.progress)).await?;
        let (client, charts) = step(self.progress, "charts", self.install(client)).await?;
        steps.extend([carried, charts]);
        Ok((client, fate))
    }

    fn record(&self, images: &Images, complete: bool) -> Record {
        Record {
            layout: self.layout.clone(),
            node_image: images.node.clone(),
            complete,
            images: BTreeMap::new(),
            started: BTreeMap::new(),
        }
    }

    /// When each node was last started, as text.
    async fn starts(&self, engine: &Engine) -> BTreeMap<String, String> {
        let starts = engine.started(&self.layout.nodes()).await;
        starts.into_iter().map(|(node, time)| (node, time.to_rfc3339())).collect()
    }

    /// Kept, or restarted behind its back: an engine that comes back starts its containers by itself.
    async fn kept_or_woken(&self, engine: &Engine) -> Result<Fate, LabError> {
        let known = self.state.record()?.map(|record| record.started).unwrap_or_default();
        let restarted = !known.is_empty() && known != self.starts(engine).await;
        Ok(if restarted { Fate::Woken } else { Fate::Kept })
    }

    async fn remember_starts(&self, engine: &Engine) -> Result<(), LabError> {
        let Some(record) = self.state.record()? else { return Ok(()) };
        self.state.keep(&Record { started: self.starts(engine).await, ..record })
    }

    /// A new cluster: images and charts are under way while the nodes still join.
    async fn build(&self, engine: &Engine, images: &Images, steps: &mut Vec<Step>) -> Result<Client, LabError> {
        let record = self.record(images, false);
        self.state.keep(&record)?;
        engine.make_network(self.layout).await?;
        let cluster = step(self.progress, "cluster", async {
            cluster::create(self.layout, self.state, &images.node, self.progress).await?;
            Ok(((), "4 nodes".to_owned()))
        });
        let api = cluster::wait_for_api(engine, self.layout, self.state, BIRTH);
        let rest = async {
            // No chart before the images: a pod would start from an older one, or wait long before it looks again.
            let (carried, client) = tokio::join!(
                step(self.progress, "carry", carry(self.layout, self.state, engine, images, self.progress)),
                api
            );
            let ((), carried) = carried?;
            let placed = async {
                let client = client?;
                self.progress.note("charts", "waiting for a place in every data centre");
                nodes::wait_for_places(&client, self.layout, BIRTH).await?;
                self.install(client).await
            };
            let (client, charts) = step(self.progress, "charts", placed).await?;
            Ok::<_, LabError>((client, [carried, charts]))
        };
        tokio::pin!(cluster, rest);
        // A cluster that fails takes the rest with it; the rest failing lets the cluster come to its end, for the next `up`.
        let (cluster, rest) = tokio::select! {
            made = &mut cluster => { let made = made?; (made, rest.await) }
            rest = &mut rest => (cluster.await?, rest),
        };
        let known = self.state.record()?.map(|record| record.images).unwrap_or_default();
        self.state.keep(&Record { complete: true, images: known, ..record })?;
        let (client, taken) = rest?;
        steps.push(cluster.1);
        steps.extend(taken);
        Ok(client)
    }

    async fn install(&self, client: Client) -> Result<(Client, String), LabError> {
        self.progress.note("charts", "secrets");
        Secrets::settle(&client, self.state).await?;
        self.progress.note("charts", "installing");
        let installed = charts::settle(&client, self.layout, self.state, self.progress).await?;
        let told = if installed.is_empty() { "as they should be".to_owned() } else { installed.join(" ") };
        Ok((client, told))
    }

    async fn wait_for_workloads(&self, engine: &Engine, client: &Client) -> Result<((), String), LabError> {
        let nodes = engine.started(&self.layout.nodes()).await;
        let count = ready::wait(client, &nodes, READY, self.progress).await?;
        Ok(((), format!("{count} workloads")))
    }

    async fn place_order(&self) -> Result<((), String), LabError> {
        order::place(self.layout, ORDER, self.progress).await?;
        Ok(((), "one order placed, paid and delivered".to_owned()))
    }
}
