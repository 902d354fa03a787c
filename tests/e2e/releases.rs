//! Every release of the shop on the real cluster: it starts, says what it is, and is one small layer more than the shop.

use std::{path::Path, process::Command};

use crate::droplab::{kubectl, reset};

/// Service and version of each file in the folder of releases.
fn releases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("images/shop/releases");
    let names = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let services = names(&folder);
    let of =
        |service: &String| names(&folder.join(service)).into_iter().map(|version| (service.clone(), version)).collect();
    services.iter().flat_map(|service| -> Vec<_> { of(service) }).collect()
}

#[test]
fn r1_all_releases_share_the_layer_of_the_binary() {
    let layers = |image: &str| {
        let arguments = ["image", "inspect", "--format", "{{json .RootFS.Layers}}", image];
        let output = Command::new("docker").args(arguments).output().unwrap();
        serde_json::from_slice::<Vec<String>>(&output.stdout).unwrap()
    };
    let shop = layers("droplab/shop");
    for (service, version) in releases() {
        let release = layers(&format!("droplab/{service}:{version}"));
        assert_eq!(release.len(), shop.len() + 1, "{service} {version}");
        assert!(release.starts_with(&shop), "{service} {version}");
    }
}

#[test]
fn r2_every_release_starts_and_says_what_it_is() {
    reset();
    for (service, version) in releases() {
        kubectl(&format!("set image deployment/{service} {service}=droplab/{service}:{version}"));
        kubectl(&format!("rollout status deployment/{service} --timeout=120s"));
        let newest = format!(
            "get pods -l app.kubernetes.io/name={service} --field-selector=status.phase=Running --sort-by=.metadata.creationTimestamp \
             -o custom-columns=NAME:.metadata.name --no-headers"
        );
        let pods = kubectl(&newest);
        let pod = pods.lines().last().unwrap_or_default().trim();
        let metrics = kubectl(&format!("get --raw /api/v1/namespaces/shop/pods/{pod}:8080/proxy/metrics"));
        let said = format!(r#"release_info{{service="{service}",version="{version}"}} 1"#);
        assert!(metrics.contains(&said), "{service} {version}: {metrics}");
    }
    reset();
}
