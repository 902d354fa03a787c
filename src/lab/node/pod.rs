//! A node of a cluster that is not a lab, entered through a privileged pod: `kubectl exec` into it, `nsenter` from there.
//!
//! **Invariant**: a pod lives an hour at most (`activeDeadlineSeconds`), whoever forgets it; only nodes that run pods of the
//! namespace get one; nothing that ends a fault lives in it; whoever leaves takes away the pods of this command and no others.

use std::{process::Stdio, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, PostParams},
};
use rand::{Rng as _, distr::Alphanumeric};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::session::Session;
use crate::{
    home::{
        self,
        lock::{self, Lock, LockError, Thing},
    },
    lab::{
        access::tools,
        cluster::kube::{refused, within},
        error::LabError,
    },
};

/// By these they are found again: as droplab's, and as those of one command.
const OURS: &str = "app.kubernetes.io/managed-by";
const WHOSE: &str = "app.kubernetes.io/instance";
/// The least that has `sleep` and `nsenter`, by its digest: it runs privileged in somebody's cluster.
const IMAGE: &str = "debian:12-slim@sha256:2424c1850714a4d94666ec928e24d86de958646737b1d113f5b2207be44d37d8";
/// Opens the shell.
const ENTER: &str = include_str!("enter.sh");
/// How long one may take to start: its image may have to be pulled.
const START: Duration = Duration::from_mins(2);

/// The way into the nodes of a cluster.
#[derive(Clone)]
pub struct Door {
    /// Its API.
    pub kube: Client,
    /// The context in the user's kubeconfig.
    pub context: String,
    /// Where its pods are, and ours.
    pub namespace: String,
    /// The name of this command, which its pods bear.
    session: String,
    /// Tells others on this machine that the command goes on.
    _alive: Arc<Lock>,
}

impl Door {
    /// Into this cluster, for the command that this process is.
    pub fn new(kube: Client, context: &str, namespace: &str) -> Result<Self, LabError> {
        let session: String = rand::rng().sample_iter(Alphanumeric).take(8).map(char::from).collect();
        let session = session.to_ascii_lowercase();
        let cluster = format!("{context}/{namespace}");
        let alive = lock::own(&home::folder(), &cluster, Thing::Door, &session, "droplab");
        let failed =
            |error: LockError| LabError::Engine { tried: "remember its pods".to_owned(), why: error.to_string() };
        let alive = Arc::new(alive.map_err(failed)?);
        Ok(Self { kube, context: context.to_owned(), namespace: namespace.to_owned(), session, _alive: alive })
    }

    /// A shell in a node.
    pub(super) async fn open(&self, node: &str) -> Result<Session, LabError> {
        let name = format!("node-shell-{}-{node}", self.session);
        self.place(&name, node).await?;
        let arguments = ["--context", &self.context, "--namespace", &self.namespace, "exec", "--stdin", &name, "--"];
        let inside = ["--target", "1", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
        let shell = [&["nsenter"][..], &inside, &["sh", "-c", ENTER]].concat();
        let failed = |why: String| LabError::Engine { tried: format!("open a shell in {node}"), why };
        let spawned = tokio::process::Command::new(tools::need("kubectl")?)
            .args(arguments.iter().chain(&shell))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.map_err(|error| failed(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no pipes".to_owned()));
        };
        let output = stream::unfold(output, |mut output| async {
            let mut chunk = vec![0; 8192];
            match output.read(&mut chunk).await {
                Ok(0) => None,
                Ok(size) => Some((Ok(String::from_utf8_lossy(&chunk[..size]).into_owned()), output)),
                Err(error) => Some((Err(error.to_string()), output)),
            }
        });
        Ok(Session::over(node, Box::pin(input), output.boxed(), Some(child)))
    }

    /// Nodes that run pods of the namespace.
    pub(super) async fn nodes(&self) -> Result<Vec<String>, LabError> {
        let pods = within(10, "list pods", self.pods().list(&ListParams::default())).await?;
        let mut nodes: Vec<String> = pods.items.into_iter().filter_map(|pod| pod.spec?.node_name).collect();
        nodes.sort();
        nodes.dedup();
        Ok(nodes)
    }

    /// Remove the pods of this command; what is left of them ends by itself.
    pub(super) async fn shut(&self) {
        let _ = self.remove(&self.session).await;
    }

    /// Remove the pods of commands of this machine that died: for a heal, once nothing of theirs is in.
    pub(super) async fn sweep(&self) {
        let (home, cluster) = (home::folder(), format!("{}/{}", self.context, self.namespace));
        for dead in lock::owners(&home, &cluster, Thing::Door).dead {
            if self.remove(&dead).await.is_ok() {
                lock::forget(&home, &cluster, Thing::Door, &dead);
            }
        }
    }

    async fn remove(&self, session: &str) -> Result<(), LabError> {
        let theirs = ListParams::default().labels(&format!("{OURS}=droplab,{WHOSE}={session}"));
        let how = DeleteParams::default().grace_period(0);
        within(10, "remove droplab's pods", self.pods().delete_collection(&how, &theirs)).await.map(drop)
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.kube.clone(), &self.namespace)
    }

    /// Make the pod, there already or not, and wait until it runs.
    async fn place(&self, name: &str, node: &str) -> Result<(), LabError> {
        let image = std::env::var("DROPLAB_NODE_SHELL_IMAGE").unwrap_or_else(|_| IMAGE.to_owned());
        // A name without a digest may lead to another image tomorrow: such a one is never pulled, it must be there.
        let pull = if image.contains("@sha256:") { "IfNotPresent" } else { "Never" };
        let pod = json!({
            "metadata": { "name": name, "labels": { OURS: "droplab", WHOSE: self.session } },
            "spec": {
                "nodeName": node, "hostPID": true, "hostNetwork": true, "restartPolicy": "Never", "activeDeadlineSeconds": 3600,
                "terminationGracePeriodSeconds": 0, "tolerations": [{ "operator": "Exists" }],
                "containers": [{ "name": "shell", "image": image, "imagePullPolicy": pull, "command": ["sleep", "3600"], "securityContext": { "privileged": true, "runAsUser": 0 } }],
            } });
        let wrong =
            |error: serde_json::Error| LabError::Engine { tried: "describe a pod".to_owned(), why: error.to_string() };
        let pod: Pod = serde_json::from_value(pod).map_err(wrong)?;
        match self.pods().create(&PostParams::default(), &pod).await {
            Err(kube::Error::Api(answer)) if answer.code == 409 => {}
            made => drop(made.map_err(|error| refused(&format!("make pod {name}"), &error))?),
        }
        let began = tokio::time::Instant::now();
        loop {
            let found = within(5, "look at the pod", self.pods().get(name)).await?;
            let phase = found.status.and_then(|status| status.phase).unwrap_or_default();
            match phase.as_str() {
                "Running" => return Ok(()),
                _ if began.elapsed() > START => {
                    let why = format!(
                        "it is {phase} after 2 min; another image: DROPLAB_NODE_SHELL_IMAGE, with its digest or on the nodes already"
                    );
                    return Err(LabError::Engine { tried: format!("start pod {name}"), why });
                }
                _ => tokio::time::sleep(Duration::from_millis(300)).await,
            }
        }
    }
}
