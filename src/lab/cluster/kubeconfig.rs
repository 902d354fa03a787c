//! The lab's own kubeconfig, made from the control plane's.
//!
//! **Invariant**: pure; the result reaches 127.0.0.1 only, and a person's own kubeconfig is neither read nor written.

use serde_yaml::Value;

use crate::lab::{
    error::LabError,
    layout::{Layout, NAMESPACE},
};

/// Make the lab's kubeconfig out of the text of `/etc/kubernetes/admin.conf`.
pub fn from_admin(admin: &str, layout: &Layout) -> Result<String, LabError> {
    let malformed =
        |why: &str| LabError::Malformed { what: "the control plane's kubeconfig".to_owned(), why: why.to_owned() };
    let admin: Value = serde_yaml::from_str(admin).map_err(|error| malformed(&error.to_string()))?;
    let part = |path: [&str; 2], field: &str| {
        let value = &admin[path[0]][0][path[1]][field];
        value.as_str().map(str::to_owned).ok_or_else(|| malformed(&format!("no {field}")))
    };
    let context = layout.context();
    let config = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{ "name": context, "cluster": {
            "server": server(layout),
            "certificate-authority-data": part(["clusters", "cluster"], "certificate-authority-data")?,
        }}],
        "users": [{ "name": context, "user": {
            "client-certificate-data": part(["users", "user"], "client-certificate-data")?,
            "client-key-data": part(["users", "user"], "client-key-data")?,
        }}],
        "contexts": [{ "name": context, "context": { "cluster": context, "user": context, "namespace": NAMESPACE } }],
    });
    serde_yaml::to_string(&config).map_err(|error| malformed(&error.to_string()))
}

/// Whether a kubeconfig leads to this lab and nowhere else.
pub fn leads_to(text: &str, layout: &Layout) -> bool {
    let Ok(config) = serde_yaml::from_str::<Value>(text) else { return false };
    config["current-context"].as_str() == Some(layout.context().as_str())
        && config["clusters"].as_sequence().is_some_and(|clusters| {
            clusters.len() == 1 && clusters[0]["cluster"]["server"].as_str() == Some(server(layout).as_str())
        })
}

fn server(layout: &Layout) -> String {
    format!("https://127.0.0.1:{}", layout.port("kube API"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: &str = "
apiVersion: v1
clusters: [ { name: two, cluster: { certificate-authority-data: Q0E=, server: 'https://two-control-plane:6443' } } ]
users: [ { name: admin, user: { client-certificate-data: Q0M=, client-key-data: S0VZ } } ]
";

    #[test]
    fn it_leads_to_the_lab_and_to_the_namespace_of_the_shop() {
        let layout = Layout::new("two", 29_000).unwrap();
        let text = from_admin(ADMIN, &layout).unwrap();
        assert!(leads_to(&text, &layout));
        assert!(text.contains("https://127.0.0.1:29443") && text.contains("namespace: shop"));
        assert!(!leads_to(&text, &Layout::new("two", 28_000).unwrap()));
        assert!(!leads_to(&text, &Layout::new("one", 29_000).unwrap()));
        assert!(!leads_to(ADMIN, &layout));
    }

    #[test]
    fn a_half_written_file_is_refused() {
        let layout = Layout::new("two", 29_000).unwrap();
        assert!(from_admin("", &layout).is_err());
        assert!(from_admin("clusters: []", &layout).is_err());
    }
}
