//! The lab's Kubernetes API: a client that can reach no other cluster.
//!
//! **Invariant**: a client is handed out only for a kubeconfig that leads to the lab's own port, and, once the namespace
//! stands, only if the namespace bears the lab's name.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, Config,
    api::{ObjectMeta, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};

use crate::{
    lab::{
        cluster::kubeconfig,
        error::LabError,
        layout::{Layout, MARKER, NAMESPACE},
        state::State,
    },
    log::chain,
};

/// A client for the lab's API, from the lab's own kubeconfig.
pub async fn client(layout: &Layout, state: &State) -> Result<Client, LabError> {
    let text = state.read("kubeconfig")?.ok_or_else(|| LabError::Absent { name: layout.name.clone() })?;
    if !kubeconfig::leads_to(&text, layout) {
        return Err(LabError::Malformed {
            what: state.kubeconfig().display().to_string(),
            why: format!("does not lead to lab {}", layout.name),
        });
    }
    let malformed = |error: &dyn std::error::Error| LabError::Malformed {
        what: state.kubeconfig().display().to_string(),
        why: chain(error),
    };
    let read = Kubeconfig::from_yaml(&text).map_err(|error| malformed(&error))?;
    let config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await;
    let mut config = config.map_err(|error| malformed(&error))?;
    config.connect_timeout = Some(Duration::from_secs(3));
    // A proxy of the user's has no way to 127.0.0.1.
    config.proxy_url = None;
    Client::try_from(config).map_err(|error| malformed(&error))
}

/// Make sure that the cluster behind the client is the lab: its namespace bears the lab's name.
pub async fn guard(client: &Client, layout: &Layout) -> Result<(), LabError> {
    let namespace = within(3, "read namespace shop", Api::<Namespace>::all(client.clone()).get(NAMESPACE)).await?;
    let owner = namespace.metadata.annotations.unwrap_or_default().remove(MARKER);
    if owner.as_deref() == Some(layout.name.as_str()) {
        return Ok(());
    }
    Err(LabError::Foreign {
        name: layout.name.clone(),
        why: format!("its namespace {NAMESPACE} does not bear the lab's name in `{MARKER}`"),
    })
}

/// Make the shop's namespace with the lab's name on it; there already is fine.
pub async fn make_namespace(client: &Client, layout: &Layout) -> Result<(), LabError> {
    let namespace = Namespace {
        metadata: ObjectMeta {
            name: Some(NAMESPACE.to_owned()),
            annotations: Some([(MARKER.to_owned(), layout.name.clone())].into()),
            ..Default::default()
        },
        ..Default::default()
    };
    let api = Api::<Namespace>::all(client.clone());
    match tokio::time::timeout(Duration::from_secs(5), api.create(&PostParams::default(), &namespace)).await {
        Ok(Err(kube::Error::Api(answer))) if answer.code == 409 => guard(client, layout).await,
        Ok(Err(error)) => Err(refused("make namespace shop", &error)),
        Ok(Ok(_)) => Ok(()),
        Err(_) => Err(late("make namespace shop", 5)),
    }
}

/// Ask the API one question with a deadline in seconds.
pub async fn within<T>(
    seconds: u64,
    tried: &str,
    question: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, LabError> {
    let outcome = match tokio::time::timeout(Duration::from_secs(seconds), question).await {
        Ok(answer) => answer.map_err(|error| refused(tried, &error)),
        Err(_) => Err(late(tried, seconds)),
    };
    outcome.inspect_err(|error| tracing::debug!("{error}"))
}

/// The API gave no answer in so many seconds.
pub fn late(tried: &str, seconds: u64) -> LabError {
    LabError::Kube { tried: tried.to_owned(), why: format!("no answer within {seconds} s") }
}

/// The API's refusal.
pub fn refused(tried: &str, error: &kube::Error) -> LabError {
    let why = match error {
        kube::Error::Api(answer) => answer.message.clone(),
        other => chain(other),
    };
    LabError::Kube { tried: tried.to_owned(), why }
}
