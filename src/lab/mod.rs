//! The edge to the real lab: the host, the engine, the cluster and what runs in it.
//!
//! Read in this order: `layout` (names and ports), `lifecycle::up` (the story of a lab), then whatever it calls.
//!
//! **Invariant**: droplab reaches one cluster only, its own: see [`cluster::kube`] and [`cluster::standing`].

pub mod access;
pub mod actuate;
pub mod cluster;
pub mod command;
pub mod engine;
pub mod error;
pub mod host;
pub mod layout;
pub mod lifecycle;
pub mod look;
pub mod node;
pub mod sense;
pub mod state;

use access::{env, secrets::Secrets, tools};
use cluster::{handle, kube, standing};
use engine::docker;
use error::LabError;
use layout::Layout;
use state::State;

/// A lab that is up, or was: the handle by which everything else reaches it.
#[derive(Clone)]
pub struct Lab {
    /// Its name and ports.
    pub layout: Layout,
    /// Its folder.
    pub state: State,
    /// Its passwords.
    pub secrets: Secrets,
    /// Its Kubernetes API.
    pub kube: ::kube::Client,
    /// What faults need of it.
    pub handle: handle::Handle,
    /// The sessions that this process holds in PostgreSQL.
    holding: actuate::sessions::Holding,
    /// The members that this process has in consumer groups.
    members: actuate::members::Joined,
    /// The connections by which this process pauses Redis.
    pausing: actuate::redis::Pausing,
}

impl Lab {
    /// The lab of this name, as far as its folder tells; nothing is asked of it yet.
    pub async fn open(name: &str) -> Result<Self, LabError> {
        let state = State::of(name);
        let absent = || LabError::Absent { name: name.to_owned() };
        let layout = state.manifest()?.ok_or_else(absent)?.layout;
        let secrets = Secrets::read(&state)?.ok_or_else(absent)?;
        let kube = kube::client(&layout, &state).await?;
        let handle = handle::Handle::new(name, kube.clone(), layout::NAMESPACE, node::Nodes::of(&layout));
        Ok(Self {
            layout,
            state,
            secrets,
            kube,
            handle,
            holding: actuate::sessions::Holding::default(),
            members: actuate::members::Joined::default(),
            pausing: actuate::redis::Pausing::default(),
        })
    }

    /// The lab of this name, and proof that it is the lab: for everything that touches it.
    pub async fn connect(name: &str) -> Result<Self, LabError> {
        let lab = Self::open(name).await?;
        match kube::guard(&lab.kube, &lab.layout).await {
            Ok(()) => Ok(lab),
            // The engine tells why an API is silent, if it is that its node does not run.
            Err(error @ LabError::Kube { .. }) => Err(lab.why_silent().await.unwrap_or(error)),
            Err(error) => Err(error),
        }
    }

    /// The same, waking nodes that were stopped: for healing, which must not ask for a lab in good health.
    pub async fn rouse(name: &str) -> Result<Self, LabError> {
        match Self::connect(name).await {
            Err(LabError::Asleep { .. }) => {}
            other => return other,
        }
        let lab = Self::open(name).await?;
        let engine = docker::Engine::connect().await?;
        let nodes: Vec<docker::Node> = engine.nodes(name).await?.into_iter().filter(|node| node.ours).collect();
        standing::wake(&engine, &nodes, &lab.layout).await?;
        standing::wait_for_api(&engine, &lab.layout, &lab.state, std::time::Duration::from_secs(90)).await?;
        Self::connect(name).await
    }

    async fn why_silent(&self) -> Option<LabError> {
        let name = self.layout.name.clone();
        let nodes = docker::Engine::connect().await.ok()?.nodes(&name).await.ok()?;
        let asleep: Vec<String> = nodes.iter().filter(|node| !node.running).map(|node| node.name.clone()).collect();
        match nodes.len() {
            0 => Some(LabError::Absent { name }),
            _ if !asleep.is_empty() => Some(LabError::Asleep { name, nodes: asleep }),
            _ => None,
        }
    }

    /// How to reach the PostgreSQL primary as superuser, from this machine.
    pub fn postgres(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .host("127.0.0.1")
            .port(self.layout.port("postgres"))
            .user("postgres")
            .password(&self.secrets.postgres)
            .dbname("shop")
            .application_name("droplab")
            .connect_timeout(std::time::Duration::from_secs(3));
        config
    }

    /// A client for the Redis primary, from this machine.
    pub fn redis(&self) -> Result<::redis::Client, String> {
        let url = format!("redis://:{}@127.0.0.1:{}", self.secrets.redis, self.layout.port("redis"));
        // Not the library's own words: they may quote the address, and so the password.
        ::redis::Client::open(url).map_err(|_| "its address cannot be read".to_owned())
    }

    /// What a sensor needs of this lab.
    pub fn sense_target(&self) -> sense::SenseTarget {
        let namespace = layout::NAMESPACE.to_owned();
        let kubectl = sense::Kubectl { program: self.program("kubectl"), environment: self.environment() };
        let (kube, postgres, kafka) = (self.kube.clone(), self.postgres(), self.layout.kafka());
        let (redis, layout) = (self.redis(), self.layout.clone());
        sense::SenseTarget { kube, postgres, redis, kafka, kubectl, layout, namespace }
    }

    /// The variables of `droplab env`, `PATH` among them.
    pub fn environment(&self) -> Vec<env::Variable> {
        let mut variables = env::variables(&self.layout, &self.state, &self.secrets);
        let path = std::env::var("PATH").unwrap_or_default();
        variables.push(("PATH", format!("{}:{path}", env::path_prefix(&self.state).join(":"))));
        variables
    }

    /// The path of a program as the person at `droplab shell` would find it: the host's, or the lab's stand-in.
    pub fn program(&self, tool: &str) -> std::path::PathBuf {
        tools::find(tool).unwrap_or_else(|| self.state.path("bin").join(tool))
    }
}
