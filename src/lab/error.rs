//! What a lab or its host cannot do, each with the next command to type. The stable codes are given by `cli::failure`.
//!
//! **Invariant**: no text holds a secret; a text says what was tried on what.

use std::path::PathBuf;

use crate::lab::{command::CommandError, host::check::Check, lifecycle::blockers::Blocker};

/// The name of a lab when nobody gives one.
pub const DEFAULT_NAME: &str = "droplab";

/// What brings an outside tool that is missing.
pub const BRING_TOOLS: &str =
    "setup/tools, in droplab's repository; elsewhere set DROPLAB_TOOLS to the folder that has kind, helm and kubectl";

/// A failure of the host or of the lab.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// No container or network can have this name.
    #[error("`{name}` cannot name a lab: use lower-case letters, digits and `-`, 40 at most")]
    Name {
        /// The name that was asked for.
        name: String,
    },
    /// Ports would fall outside of what a user may bind.
    #[error("ports cannot begin at {base}: the base must be between 1024 and 65000")]
    PortBase {
        /// The base that was asked for.
        base: u16,
    },
    /// The lab runs at other ports than those asked for.
    #[error("lab {name} is up with its ports at {there}, not at {wanted}")]
    OtherPorts {
        /// The lab.
        name: String,
        /// Its base.
        there: u16,
        /// The base that was asked for.
        wanted: u16,
    },
    /// The engine does not answer.
    #[error("the Docker engine does not answer: {why}")]
    EngineDown {
        /// What the client said.
        why: String,
    },
    /// The engine answered with an error.
    #[error("the Docker engine could not {tried}: {why}")]
    Engine {
        /// What was asked of it, on what.
        tried: String,
        /// Its answer.
        why: String,
    },
    /// A script in a node failed.
    #[error("in {node}: {why}")]
    Node {
        /// Which node.
        node: String,
        /// Its status and last words.
        why: String,
    },
    /// This host lacks something; every lack at once.
    #[error("this host cannot carry the lab: {}", sentences(checks))]
    Host {
        /// The checks that failed.
        checks: Vec<Check>,
    },
    /// An outside tool is not there.
    #[error("`{tool}` is not installed")]
    ToolMissing {
        /// Its name.
        tool: &'static str,
    },
    /// Images have to be built first.
    #[error("the engine lacks {}", images.join(", "))]
    ImagesMissing {
        /// Their names.
        images: Vec<String>,
    },
    /// There is a cluster of that name that droplab did not make.
    #[error("there is a cluster named {name} that droplab did not make ({why})")]
    Foreign {
        /// The name.
        name: String,
        /// How it shows.
        why: String,
    },
    /// There is no such lab.
    #[error("lab {name} is not up")]
    Absent {
        /// The lab.
        name: String,
    },
    /// The lab was stopped.
    #[error("lab {name} was stopped: {} do not run", nodes.join(", "))]
    Asleep {
        /// The lab.
        name: String,
        /// The nodes that do not run.
        nodes: Vec<String>,
    },
    /// An outside tool failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The Kubernetes API could not be reached or refused.
    #[error("the lab's Kubernetes could not {tried}: {why}")]
    Kube {
        /// What was asked of it, on what.
        tried: String,
        /// Its answer.
        why: String,
    },
    /// A server of the lab's refused, or could not be reached.
    #[error("could not {tried}: {why}")]
    Server {
        /// What was asked of it.
        tried: String,
        /// Its answer.
        why: String,
    },
    /// Workloads did not become ready in time.
    #[error("not ready after {waited_s} s: {}", blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    NotReady {
        /// How long was waited.
        waited_s: u64,
        /// Who blocks, and why.
        blockers: Vec<Blocker>,
    },
    /// Everything is ready but no order comes through.
    #[error("no order came through {shop}: {why}")]
    NoOrder {
        /// The address of the shop.
        shop: String,
        /// How far it came.
        why: String,
    },
    /// A file of the lab's own state.
    #[error("cannot {tried} {}: {source}", path.display())]
    State {
        /// `read`, `write` …
        tried: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Files of the lab that make no sense.
    #[error("{what}: {why}")]
    Malformed {
        /// Which file or answer.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

fn sentences(checks: &[Check]) -> String {
    checks.iter().map(|check| format!("{}: {}", check.name, check.measured)).collect::<Vec<_>>().join("; ")
}

impl LabError {
    /// The next command to type.
    pub fn next(&self) -> String {
        match self {
            Self::Name { .. } => "droplab up --lab droplab".to_owned(),
            Self::PortBase { .. } => "droplab up --port-base 27000".to_owned(),
            Self::OtherPorts { name, there, .. } => format!("droplab up --lab {name} --port-base {there}"),
            Self::Host { checks } => {
                checks.iter().find_map(|check| check.fix.clone()).unwrap_or_else(|| "droplab doctor".to_owned())
            }
            Self::EngineDown { .. } | Self::Engine { .. } | Self::Node { .. } => "droplab doctor".to_owned(),
            Self::ToolMissing { .. } => BRING_TOOLS.to_owned(),
            Self::ImagesMissing { .. } => "make images".to_owned(),
            Self::Foreign { name, .. } => format!("droplab up --lab {name}-2    (that cluster is left alone)"),
            Self::Absent { name } | Self::Asleep { name, .. } if name == DEFAULT_NAME => "droplab up".to_owned(),
            Self::Absent { name } | Self::Asleep { name, .. } => format!("droplab up --lab {name}"),
            Self::NotReady { .. } => {
                "droplab up    (continues where this stopped), or droplab reset    (takes back what somebody changed)"
                    .to_owned()
            }
            Self::Command(_) => "droplab up    (continues where this stopped)".to_owned(),
            Self::Kube { .. } | Self::Server { .. } | Self::NoOrder { .. } => "droplab status".to_owned(),
            Self::State { .. } | Self::Malformed { .. } => "droplab down".to_owned(),
        }
    }
}
