//! The Helm releases of a lab.
//!
//! **Invariant**: helm sees no repository, no plugin and no setting of the user's; a release that is as it should be is
//! not touched.

use std::{collections::BTreeMap, time::Duration};

use futures::future;
use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams},
};

use crate::lab::{
    access::tools,
    cluster::assets,
    cluster::kube::within,
    command::Tool,
    error::LabError,
    layout::{Layout, NAMESPACE},
    lifecycle::progress::Progress,
    state::State,
};

/// The label on a release that tells from which files it was installed.
const FINGERPRINT: &str = "droplab-chart";

/// What the cluster knows of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Release {
    secret: String,
    version: u32,
    status: String,
    fingerprint: Option<String>,
}

/// Install or upgrade every chart that is not as it should be, all at once; their names.
pub async fn settle(
    client: &Client,
    layout: &Layout,
    state: &State,
    progress: &dyn Progress,
) -> Result<Vec<&'static str>, LabError> {
    let releases = releases(client).await?;
    let mut wanting = Vec::new();
    for chart in assets::charts() {
        match releases.get(chart).map(Vec::as_slice).unwrap_or_default() {
            [.., last]
                if last.status == "deployed" && last.fingerprint.as_deref() == Some(&fingerprint(chart, layout)) => {}
            history => {
                unlock(client, history).await?;
                wanting.push(chart);
            }
        }
    }
    future::try_join_all(wanting.iter().map(|chart| install(chart, layout, state, progress))).await?;
    Ok(wanting)
}

/// Install or upgrade one chart. Helm's patch compares with what is live, so a person's edits go back.
pub async fn install(chart: &str, layout: &Layout, state: &State, progress: &dyn Progress) -> Result<(), LabError> {
    let folder = assets::unpack(chart, state)?.display().to_string();
    let label = format!("{FINGERPRINT}={}", fingerprint(chart, layout));
    // Volumes that were made ahead spare a pod for each: docs/decisions/0011.
    let values = format!("global.portBase={},global.storageClass=lab", layout.port_base);
    // The schema of a whole cluster, fetched and read for each chart, costs a second of both processors; `a7` of the tests asks it.
    let quick = "--disable-openapi-validation";
    let arguments =
        ["upgrade", "--install", chart, &folder, "--namespace", NAMESPACE, "--labels", &label, "--set", &values, quick];
    let hear = |line: &str| {
        if line.starts_with('W') {
            progress.note("charts", line);
        }
    };
    helm(state, &arguments)?.on_line(&hear).run().await?;
    progress.note("charts", &format!("{chart} is installed"));
    Ok(())
}

fn helm<'a>(state: &State, arguments: &[&str]) -> Result<Tool<'a>, LabError> {
    let home = |part: &str| state.path(&format!("helm/{part}"));
    Ok(Tool::new(tools::need("helm")?, arguments)
        .env("KUBECONFIG", state.kubeconfig())
        .env("HELM_CACHE_HOME", home("cache"))
        .env("HELM_CONFIG_HOME", home("config"))
        .env("HELM_DATA_HOME", home("data"))
        .env("HELM_PLUGINS", home("plugins"))
        .within(Duration::from_mins(2)))
}

fn fingerprint(chart: &str, layout: &Layout) -> String {
    format!("{}-{}", assets::fingerprint(chart), layout.port_base)
}

/// All releases by name, each with its history in order.
async fn releases(client: &Client) -> Result<BTreeMap<String, Vec<Release>>, LabError> {
    let api = Api::<Secret>::namespaced(client.clone(), NAMESPACE);
    let secrets = within(10, "list releases", api.list_metadata(&ListParams::default().labels("owner=helm"))).await?;
    let mut releases: BTreeMap<String, Vec<Release>> = BTreeMap::new();
    for secret in secrets {
        let mut labels = secret.metadata.labels.unwrap_or_default();
        let Some(name) = labels.remove("name") else { continue };
        releases.entry(name).or_default().push(Release {
            secret: secret.metadata.name.unwrap_or_default(),
            version: labels.get("version").and_then(|version| version.parse().ok()).unwrap_or_default(),
            status: labels.remove("status").unwrap_or_default(),
            fingerprint: labels.remove(FINGERPRINT),
        });
    }
    for history in releases.values_mut() {
        history.sort_by_key(|release| release.version);
    }
    Ok(releases)
}

/// A helm that was killed leaves its release locked: take back what it had not finished.
async fn unlock(client: &Client, history: &[Release]) -> Result<(), LabError> {
    let api = Api::<Secret>::namespaced(client.clone(), NAMESPACE);
    for release in history.iter().filter(|release| release.status.starts_with("pending")) {
        let tried = format!("unlock release {}", release.secret);
        within(5, &tried, api.delete(&release.secret, &DeleteParams::default())).await?;
    }
    Ok(())
}

/// What helm installed for a chart, as YAML.
pub async fn manifest(chart: &str, state: &State) -> Result<String, LabError> {
    Ok(helm(state, &["get", "manifest", chart, "--namespace", NAMESPACE])?.run().await?)
}
