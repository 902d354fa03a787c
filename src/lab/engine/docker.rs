//! The Docker engine: which containers, networks and images are a lab's, and what runs inside of its nodes.
//!
//! **Invariant**: nothing is removed that does not carry the lab's label *and* droplab's mark.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Duration,
};

use bollard::{
    Docker,
    exec::{CreateExecOptions, StartExecResults},
    models::{ContainerSummary, ContainerSummaryStateEnum as ContainerState},
    query_parameters::{
        InspectContainerOptions, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions,
    },
};
use futures::{StreamExt as _, future};
use k8s_openapi::chrono::{DateTime, Utc};

use crate::{
    lab::{
        access::tools,
        command::Tool,
        error::LabError,
        layout::{KIND_LABEL, MARK_IN_NODE},
    },
    log::chain,
};

/// The label that droplab puts on what it makes in the engine by itself.
pub const OWN_LABEL: &str = "droplab.lab";
/// How long the engine may take to answer a small question.
const ANSWER: Duration = Duration::from_secs(20);

/// A connection to the engine.
#[derive(Clone)]
pub struct Engine {
    /// The client itself, for the questions that only one place asks.
    pub api: Docker,
}

/// A node of a cluster, as the engine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The container's name.
    pub name: String,
    /// The container's id.
    pub id: String,
    /// Whether it runs.
    pub running: bool,
    /// Whether it was paused: frozen, with everything in its memory.
    pub paused: bool,
    /// Whether droplab made it.
    pub ours: bool,
    /// The image it was made from.
    pub image: String,
    /// The port of this machine at which its API server answers.
    pub api_port: Option<u16>,
}

/// What a command inside a container came to.
#[derive(Debug)]
pub struct Execution {
    /// Its exit status.
    pub status: i64,
    /// Both streams.
    pub output: String,
}

impl Engine {
    /// Reach the engine, wherever `DOCKER_HOST` or the client's current context says it is.
    pub async fn connect() -> Result<Self, LabError> {
        let down = |why: String| LabError::EngineDown { why };
        let api = if std::env::var_os("DOCKER_HOST").is_some() || Path::new("/var/run/docker.sock").exists() {
            Docker::connect_with_defaults()
        } else {
            match context_socket().await {
                Some(socket) => Docker::connect_with_unix(&socket, 120, bollard::API_DEFAULT_VERSION),
                None => Docker::connect_with_defaults(),
            }
        };
        let api = api.map_err(|error| down(error.to_string()))?;
        let api = tokio::time::timeout(ANSWER, api.negotiate_version()).await;
        let api = api.map_err(|_| down(format!("no answer within {} s", ANSWER.as_secs())))?;
        Ok(Self { api: api.map_err(|error| down(chain(&error)))? })
    }

    /// The nodes of the cluster of this name, whoever made it.
    pub async fn nodes(&self, name: &str) -> Result<Vec<Node>, LabError> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{KIND_LABEL}={name}")])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let containers = self.api.list_containers(Some(options)).await;
        let containers = containers.map_err(|error| refused(&format!("list the nodes of {name}"), &error))?;
        let mut nodes: Vec<Node> = containers.into_iter().map(node).collect();
        // The control plane first: whoever starts nodes in this order gives it the first address, as at the beginning.
        nodes.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(nodes)
    }

    /// When each of these nodes was last started; one that cannot be asked is left out.
    pub async fn started(&self, nodes: &[String]) -> BTreeMap<String, DateTime<Utc>> {
        let ask = async |name: &String| {
            let found = self.api.inspect_container(name, None::<InspectContainerOptions>).await.ok()?;
            let started = DateTime::parse_from_rfc3339(&found.state?.started_at?).ok()?;
            Some((name.clone(), started.to_utc()))
        };
        future::join_all(nodes.iter().map(ask)).await.into_iter().flatten().collect()
    }

    /// Start a container that was stopped, or let one go on that was paused.
    pub async fn start(&self, node: &Node) -> Result<(), LabError> {
        let started = if node.paused {
            self.api.unpause_container(&node.id).await
        } else {
            self.api.start_container(&node.id, None::<StartContainerOptions>).await
        };
        started.map_err(|error| refused(&format!("start {}", node.name), &error))
    }

    /// Remove a container and its volumes; gone already is fine.
    pub async fn remove(&self, node: &Node) -> Result<(), LabError> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        match self.api.remove_container(&node.id, Some(options)).await {
            Err(error) if !is_missing(&error) => Err(refused(&format!("remove {}", node.name), &error)),
            _ => Ok(()),
        }
    }

    /// Run a command in a container to its end.
    pub async fn exec(&self, container: &str, command: &[&str]) -> Result<Execution, LabError> {
        let tried = || format!("run `{}` in {container}", command.join(" "));
        let work = async {
            let options = CreateExecOptions {
                cmd: Some(command.to_vec()),
                attach_stdout: Some(true),
                attach_stderr: Some(true),
                ..Default::default()
            };
            let created = self.api.create_exec(container, options).await?;
            let mut text = String::new();
            if let StartExecResults::Attached { mut output, .. } = self.api.start_exec(&created.id, None).await? {
                while let Some(chunk) = output.next().await {
                    text.push_str(&String::from_utf8_lossy(&chunk?.into_bytes()));
                }
            }
            let status = self.api.inspect_exec(&created.id).await?.exit_code.unwrap_or(-1);
            Ok(Execution { status, output: text })
        };
        match tokio::time::timeout(ANSWER, work).await {
            Ok(done) => done.map_err(|error: bollard::errors::Error| refused(&tried(), &error)),
            Err(_) => Err(LabError::Engine { tried: tried(), why: format!("no end within {} s", ANSWER.as_secs()) }),
        }
    }
}

/// An engine's refusal.
pub fn refused(tried: &str, error: &bollard::errors::Error) -> LabError {
    LabError::Engine { tried: tried.to_owned(), why: chain(error) }
}

/// Whether the engine says that there is no such thing.
pub fn is_missing(error: &bollard::errors::Error) -> bool {
    matches!(error, bollard::errors::Error::DockerResponseServerError { status_code: 404, .. })
}

fn node(container: ContainerSummary) -> Node {
    let name = container.names.unwrap_or_default().into_iter().next().unwrap_or_default();
    let mounts = container.mounts.unwrap_or_default();
    let ports = container.ports.unwrap_or_default();
    Node {
        name: name.trim_start_matches('/').to_owned(),
        id: container.id.unwrap_or_default(),
        running: container.state == Some(ContainerState::RUNNING),
        paused: container.state == Some(ContainerState::PAUSED),
        ours: mounts.iter().any(|mount| mount.destination.as_deref() == Some(MARK_IN_NODE)),
        image: container.image.unwrap_or_default(),
        api_port: ports.iter().find(|port| port.private_port == 6_443).and_then(|port| port.public_port),
    }
}

/// Where the client's current context has its socket: Docker Desktop, colima and others do not use the default one.
async fn context_socket() -> Option<String> {
    let docker = tools::find("docker")?;
    let arguments = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
    let host = Tool::new(docker, arguments).within(Duration::from_secs(5)).run().await.ok()?;
    host.trim().strip_prefix("unix://").map(str::to_owned)
}
