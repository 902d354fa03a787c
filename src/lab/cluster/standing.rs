//! The kind cluster of a lab: how it stands, and how it is made, woken and removed.
//!
//! **Invariant**: a cluster that droplab did not make is left alone, whatever its name.

use std::time::{Duration, Instant};

use futures::future;
use kube::Client;

use crate::lab::{
    access::tools,
    cluster::assets,
    cluster::kind_config,
    cluster::kube as api,
    cluster::kubeconfig,
    command::Tool,
    engine::docker::{Engine, Node},
    error::LabError,
    layout::Layout,
    lifecycle::progress::Progress,
    state::State,
};

/// How the cluster of a lab's name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Absent,
    /// All its nodes run.
    Running,
    /// Nodes are there but do not all run: the engine or the machine was restarted.
    Asleep(Vec<Node>),
    /// An earlier `up` did not come to the end, or nodes were removed.
    Broken(Vec<Node>),
}

/// Look at the nodes, with the engine alone.
pub fn standing(nodes: &[Node], layout: &Layout, complete: bool) -> Result<Standing, LabError> {
    if let Some(other) = nodes.iter().find(|node| !node.ours) {
        let why = format!("{} has no mark of droplab's", other.name);
        return Err(LabError::Foreign { name: layout.name.clone(), why });
    }
    let there = |name: &String| nodes.iter().any(|node| node.name == *name);
    Ok(match nodes {
        [] => Standing::Absent,
        _ if !complete || !layout.nodes().iter().all(there) => Standing::Broken(nodes.to_vec()),
        _ if nodes.iter().all(|node| node.running) => Standing::Running,
        _ => Standing::Asleep(nodes.to_vec()),
    })
}

/// Make the cluster; the future ends when kind does, long after the API answers.
pub async fn create(layout: &Layout, state: &State, image: &str, progress: &dyn Progress) -> Result<(), LabError> {
    let kind = tools::need("kind")?;
    let text = assets::read("kind-config.yaml").unwrap_or_default();
    state.write("mark/README", "Mounted into the nodes of this lab, so that droplab knows them as its own.\n")?;
    state.write("kind-config.yaml", &kind_config::rewrite(text, layout, image, &state.path("mark"))?)?;
    let hear = |line: &str| {
        if let Some(doing) = doing(line) {
            progress.note("cluster", &doing);
        }
    };
    let config = state.path("kind-config.yaml").display().to_string();
    // kind writes a kubeconfig at its end: into a file that nobody reads, for the lab's own is made earlier.
    let unread = state.path("kind.kubeconfig").display().to_string();
    Tool::new(kind, ["create", "cluster", "--config", &config, "--kubeconfig", &unread, "--retain"])
        .env("KIND_EXPERIMENTAL_DOCKER_NETWORK", &layout.name)
        .env("KUBECONFIG", &unread)
        .within(Duration::from_mins(5))
        .on_line(&hear)
        .run()
        .await?;
    Ok(())
}

/// What kind says it is doing: ` • Starting control-plane 🕹️  ...` → `starting control-plane`.
fn doing(line: &str) -> Option<String> {
    let words = line.trim().strip_prefix('•')?.trim_end_matches(['.', ' ']);
    let words: String = words.chars().filter(char::is_ascii).collect();
    let words = words.trim();
    Some(format!("{}{}", words.get(..1)?.to_lowercase(), &words[1..]))
}

/// Wait until the API answers with the rights of an administrator; returns a client. Writes the lab's kubeconfig.
pub async fn wait_for_api(
    engine: &Engine,
    layout: &Layout,
    state: &State,
    patience: Duration,
) -> Result<Client, LabError> {
    let began = Instant::now();
    loop {
        let why = match try_api(engine, layout, state).await {
            Ok(client) => return Ok(client),
            Err(error @ (LabError::Foreign { .. } | LabError::State { .. })) => return Err(error),
            Err(error) => error.to_string(),
        };
        if began.elapsed() > patience {
            let tried = format!("answer within {} s", patience.as_secs());
            return Err(LabError::Kube { tried, why });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn try_api(engine: &Engine, layout: &Layout, state: &State) -> Result<Client, LabError> {
    let tried = "read the control plane's kubeconfig".to_owned();
    let admin = engine.exec(&layout.control_plane(), &["cat", "/etc/kubernetes/admin.conf"]).await?;
    if admin.status != 0 {
        return Err(LabError::Engine { tried, why: admin.output });
    }
    let text = kubeconfig::from_admin(&admin.output, layout)?;
    if state.read("kubeconfig")?.as_deref() != Some(&text) {
        state.write("kubeconfig", &text)?;
    }
    let client = api::client(layout, state).await?;
    // The administrator's rights are granted a moment after the API begins to answer.
    api::make_namespace(&client, layout).await?;
    Ok(client)
}

/// Start nodes that do not run, the control plane first.
pub async fn wake(engine: &Engine, nodes: &[Node], layout: &Layout) -> Result<(), LabError> {
    let (first, others): (Vec<&Node>, Vec<&Node>) =
        nodes.iter().filter(|node| !node.running).partition(|node| node.name == layout.control_plane());
    for node in first {
        engine.start(node).await?;
    }
    future::try_join_all(others.into_iter().map(|node| engine.start(node))).await?;
    Ok(())
}

/// Remove the nodes, all at once.
pub async fn remove(engine: &Engine, nodes: &[Node]) -> Result<(), LabError> {
    future::try_join_all(nodes.iter().map(|node| engine.remove(node))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, running: bool, ours: bool) -> Node {
        Node {
            name: name.to_owned(),
            id: name.to_owned(),
            running,
            paused: false,
            ours,
            image: String::new(),
            api_port: None,
        }
    }

    #[test]
    fn a_cluster_stands_in_one_of_four_ways_or_is_not_ours() {
        let layout = Layout::new("two", 29_000).unwrap();
        let all: Vec<Node> = layout.nodes().iter().map(|name| node(name, true, true)).collect();
        assert_eq!(standing(&[], &layout, true).unwrap(), Standing::Absent);
        assert_eq!(standing(&all, &layout, true).unwrap(), Standing::Running);
        assert!(matches!(standing(&all, &layout, false).unwrap(), Standing::Broken(_)));
        assert!(matches!(standing(&all[..3], &layout, true).unwrap(), Standing::Broken(_)));
        let mut asleep = all.clone();
        asleep[2].running = false;
        assert!(matches!(standing(&asleep, &layout, true).unwrap(), Standing::Asleep(_)));
        let foreign = [node("two-control-plane", true, false)];
        assert!(matches!(standing(&foreign, &layout, true), Err(LabError::Foreign { .. })));
    }

    #[test]
    fn kinds_lines_become_notes() {
        assert_eq!(doing(" • Starting control-plane 🕹️  ...").as_deref(), Some("starting control-plane"));
        assert_eq!(doing(" ✓ Starting control-plane 🕹️"), None);
        assert_eq!(doing("Creating cluster"), None);
    }
}
