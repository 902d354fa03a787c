//! Where pods are in a node: their network, their cgroup, their first processes.
//!
//! **Invariant**: bound to the pod's sandbox by its UID: a container that is started again stays hit, another pod is not.

use std::collections::BTreeMap;

use super::{Nodes, shell::script};
use crate::lab::error::LabError;

/// Where a pod is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Its UID.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// The file of its network namespace.
    pub network: String,
    /// Its cgroup, from the root of each hierarchy.
    pub cgroup: String,
}

/// containerd keeps each running container's OCI configuration here; the sandbox's tells everything about a pod.
const TASKS: &str = "/run/containerd/io.containerd.runtime.v2.task/k8s.io";

/// Prints UID, name, network and cgroup of each pod of a namespace.
const LIST: &str = include_str!("sandboxes.sh");
/// Prints the configuration files of a pod's containers.
const CONTAINERS: &str = include_str!("containers.sh");
/// Does a script in a container.
const INSIDE: &str = include_str!("inside.sh");

/// The pods of a namespace in a node, by UID.
pub async fn list(nodes: &Nodes, node: &str, namespace: &str) -> Result<BTreeMap<String, Sandbox>, LabError> {
    let list = script(LIST, &[("tasks", TASKS), ("namespace", namespace)]);
    Ok(read(&nodes.run(node, &list).await?))
}

/// Knows how to print the configuration files of a pod's containers that run, its sandbox left out.
pub(super) fn containers(uid: &str) -> String {
    script(CONTAINERS, &[("tasks", TASKS), ("uid", uid)])
}

/// Runs a script inside of a pod's container, with what it needs to find programs; the output is the script's.
pub fn inside(uid: &str, container: &str, does: &str) -> String {
    containers(uid) + &script(INSIDE, &[("container", container), ("does", does)])
}

fn read(output: &str) -> BTreeMap<String, Sandbox> {
    let rows = output.lines().filter_map(|line| {
        let mut words = line.split('\t');
        let (uid, name, network, cgroup) = (words.next()?, words.next()?, words.next()?, words.next()?);
        // A pod of the host's network has none of its own, and is never hit.
        network.starts_with('/').then(|| Sandbox {
            uid: uid.to_owned(),
            name: name.to_owned(),
            network: network.to_owned(),
            cgroup: pod_cgroup(cgroup),
        })
    });
    rows.map(|sandbox| (sandbox.uid.clone(), sandbox)).collect()
}

/// The pod's cgroup from its sandbox': `/kubelet/kubepods/burstable/podUID/ID`, or, with systemd as the manager,
/// `kubelet-kubepods-burstable-podUID.slice:cri-containerd:ID`.
fn pod_cgroup(path: &str) -> String {
    let Some((slice, _)) = path.split_once(":cri-containerd:") else {
        return path.rsplit_once('/').map_or("", |(pod, _)| pod).to_owned();
    };
    // systemd nests `a-b-c.slice` as `a.slice/a-b.slice/a-b-c.slice`.
    let name = slice.strip_suffix(".slice").unwrap_or(slice);
    let mut nested = String::new();
    for (at, _) in name.match_indices('-').chain([(name.len(), "")]) {
        // A UID's own hyphens are underscores there, so every hyphen is a level.
        nested = format!("{nested}/{}.slice", &name[..at]);
    }
    nested
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_found_by_its_uid_under_either_cgroup_manager() {
        let found = read(
            "u-1\tpayment-1\t/var/run/netns/cni-7\t/kubelet/kubepods/burstable/podu-1/abc\n\
             u-2\tproxy\t-\t/kubelet/kubepods/podu-2/abd\n\
             u-3\tbank-1\t/var/run/netns/cni-8\tkubelet-kubepods-burstable-podu_3.slice:cri-containerd:abe\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found["u-1"].cgroup, "/kubelet/kubepods/burstable/podu-1");
        assert_eq!(
            found["u-3"].cgroup,
            "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-podu_3.slice"
        );
    }
}
