//! A node of a cluster that is not a lab, entered through a privileged pod: `kubectl exec` into it, `nsenter` from there.
//!
//! **Invariant**: a pod lives an hour at most (`activeDeadlineSeconds`), whoever forgets it; only nodes that run pods of the
//! namespace get one.

use std::{process::Stdio, time::Duration};

use futures::{StreamExt as _, stream};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, PostParams},
};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::session::Session;
use crate::lab::{
    access::tools,
    cluster::kube::{refused, within},
    error::LabError,
};

/// By this they are found again.
const LABEL: &str = "app.kubernetes.io/managed-by=droplab";
/// The least that has `sleep` and `nsenter`.
const IMAGE: &str = "debian:12-slim";
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
}

impl Door {
    /// A shell in a node.
    pub(super) async fn open(&self, node: &str) -> Result<Session, LabError> {
        let name = format!("node-shell-{node}");
        self.place(&name, node).await?;
        let arguments = ["--context", &self.context, "--namespace", &self.namespace, "exec", "--stdin", &name, "--"];
        let shell = ["nsenter", "--target", "1", "--mount", "--uts", "--ipc", "--net", "--pid", "sh"];
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

    /// Remove the pods; what is left of them ends by itself.
    pub(super) async fn shut(&self) {
        let ours = ListParams::default().labels(LABEL);
        let _ = within(
            10,
            "remove droplab's pods",
            self.pods().delete_collection(&DeleteParams::default().grace_period(0), &ours),
        )
        .await;
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.kube.clone(), &self.namespace)
    }

    /// Make the pod, there already or not, and wait until it runs.
    async fn place(&self, name: &str, node: &str) -> Result<(), LabError> {
        let image = std::env::var("DROPLAB_NODE_SHELL_IMAGE").unwrap_or_else(|_| IMAGE.to_owned());
        let pod = json!({
            "metadata": { "name": name, "labels": { "app.kubernetes.io/managed-by": "droplab" } },
            "spec": {
                "nodeName": node, "hostPID": true, "hostNetwork": true, "restartPolicy": "Never", "activeDeadlineSeconds": 3600,
                "terminationGracePeriodSeconds": 0, "tolerations": [{ "operator": "Exists" }],
                "containers": [{ "name": "shell", "image": image, "command": ["sleep", "3600"], "securityContext": { "privileged": true, "runAsUser": 0 } }],
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
                    let why = format!("it is {phase} after 2 min; another image: DROPLAB_NODE_SHELL_IMAGE");
                    return Err(LabError::Engine { tried: format!("start pod {name}"), why });
                }
                _ => tokio::time::sleep(Duration::from_millis(300)).await,
            }
        }
    }
}
