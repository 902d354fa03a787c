//! `kind-config.yaml` for one lab: its name, its ports, its image, its mark.
//!
//! **Invariant**: pure; the file is written for the default base, and only distances to it move along.

use std::path::Path;

use serde_yaml::{Mapping, Value};

use crate::lab::{
    error::LabError,
    layout::{DEFAULT_PORT_BASE, Layout, MARK_IN_NODE},
};

/// The configuration for this lab. `mark` is a folder that every node mounts: by it the engine tells whose they are.
pub fn rewrite(text: &str, layout: &Layout, image: &str, mark: &Path) -> Result<String, LabError> {
    let malformed = |why: String| LabError::Malformed { what: "kind-config.yaml".to_owned(), why };
    let mut config: Value = serde_yaml::from_str(text).map_err(|error| malformed(error.to_string()))?;
    config["name"] = layout.name.clone().into();
    config["networking"]["apiServerAddress"] = "127.0.0.1".into();
    config["networking"]["apiServerPort"] = layout.port("kube API").into();
    let nodes = config["nodes"].as_sequence_mut().ok_or_else(|| malformed("no nodes".to_owned()))?;
    for node in nodes {
        let node = node.as_mapping_mut().ok_or_else(|| malformed("a node is not a mapping".to_owned()))?;
        node.insert("image".into(), image.into());
        for mapping in sequence(node, "extraPortMappings") {
            shift(mapping, layout.port_base)
                .ok_or_else(|| malformed("a port mapping without a sound hostPort".to_owned()))?;
        }
        let mut mount = Mapping::new();
        mount.insert("hostPath".into(), mark.display().to_string().into());
        mount.insert("containerPath".into(), MARK_IN_NODE.into());
        mount.insert("readOnly".into(), true.into());
        sequence(node, "extraMounts").push(mount.into());
    }
    serde_yaml::to_string(&config).map_err(|error| malformed(error.to_string()))
}

fn sequence<'a>(node: &'a mut Mapping, key: &str) -> &'a mut Vec<Value> {
    let value = node.entry(key.into()).or_insert_with(|| Value::Sequence(Vec::new()));
    if !value.is_sequence() {
        *value = Value::Sequence(Vec::new());
    }
    match value {
        Value::Sequence(list) => list,
        _ => unreachable!("it was made a sequence above"),
    }
}

/// Move a host port to the lab's base, and bind it to this machine only.
fn shift(mapping: &mut Value, base: u16) -> Option<()> {
    let port = u16::try_from(mapping.get("hostPort")?.as_u64()?).ok()?;
    mapping["hostPort"] = port.checked_sub(DEFAULT_PORT_BASE)?.checked_add(base)?.into();
    mapping["listenAddress"] = "127.0.0.1".into();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: droplab
networking: { apiServerPort: 27443, podSubnet: 10.244.0.0/16 }
nodes:
  - role: control-plane
    extraPortMappings: [ { containerPort: 30080, hostPort: 27080 } ]
  - role: worker
    labels: { topology.kubernetes.io/zone: dc-1 }
";

    #[test]
    fn ports_name_image_and_mark_are_the_labs() {
        let layout = Layout::new("two", 29_000).unwrap();
        let text = rewrite(SMALL, &layout, "droplab/node:x", Path::new("/state/two/mark")).unwrap();
        let config: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(config["name"], "two");
        assert_eq!(config["networking"]["apiServerPort"], 29_443);
        assert_eq!(config["networking"]["podSubnet"], "10.244.0.0/16");
        let first = &config["nodes"][0]["extraPortMappings"][0];
        assert_eq!((first["hostPort"].as_u64(), first["listenAddress"].as_str()), (Some(29_080), Some("127.0.0.1")));
        for node in config["nodes"].as_sequence().unwrap() {
            assert_eq!(node["image"], "droplab/node:x");
            assert_eq!(node["extraMounts"][0]["containerPath"], MARK_IN_NODE);
        }
        assert_eq!(config["nodes"][1]["labels"]["topology.kubernetes.io/zone"], "dc-1");
    }

    #[test]
    fn a_port_below_the_default_base_is_refused() {
        let layout = Layout::new("two", 29_000).unwrap();
        let text = SMALL.replace("27080", "80");
        assert!(rewrite(&text, &layout, "i", Path::new("/m")).is_err());
    }

    #[test]
    fn the_repositorys_own_file_can_be_rewritten() {
        let text = crate::lab::cluster::assets::read("kind-config.yaml").unwrap();
        let layout = Layout::new("two", 29_000).unwrap();
        let text = rewrite(text, &layout, "i", Path::new("/m")).unwrap();
        for port in layout.ports().map(|(_, port)| port.to_string()) {
            assert!(text.contains(&port), "no {port} in {text}");
        }
    }
}
