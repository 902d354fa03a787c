//! The edge to the real lab: the host, the engine, the cluster and what runs in it.
//!
//! Read in this order: `layout` (names and ports), `up` (the story of a lab), then whatever `up` calls.
//!
//! **Invariant**: droplab reaches one cluster only, its own: see [`kube`] and [`cluster`].

pub mod actuate;
pub mod assets;
pub mod blockers;
pub mod charts;
pub mod cluster;
pub mod command;
pub mod docker;
pub mod down;
pub mod env;
pub mod error;
pub mod fake;
pub mod host;
pub mod http;
pub mod images;
pub mod kind_config;
pub mod kube;
pub mod kubeconfig;
pub mod layout;
pub mod nodes;
pub mod order;
pub mod progress;
pub mod ready;
pub mod repair;
pub mod reset;
pub mod secrets;
pub mod sense;
pub mod state;
pub mod status;
pub mod survey;
pub mod tools;
pub mod up;
pub mod wrappers;

use error::LabError;
use layout::Layout;
use secrets::Secrets;
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
}

impl Lab {
    /// The lab of this name, as far as its folder tells; nothing is asked of it yet.
    pub async fn open(name: &str) -> Result<Self, LabError> {
        let state = State::of(name);
        let absent = || LabError::Absent { name: name.to_owned() };
        let layout = state.record()?.ok_or_else(absent)?.layout;
        let secrets = Secrets::read(&state)?.ok_or_else(absent)?;
        let kube = kube::client(&layout, &state).await?;
        Ok(Self { layout, state, secrets, kube })
    }

    /// The lab of this name, and proof that it is the lab: for everything that touches it.
    pub async fn connect(name: &str) -> Result<Self, LabError> {
        let lab = Self::open(name).await?;
        kube::guard(&lab.kube, &lab.layout).await?;
        Ok(lab)
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
