//! Where things of a lab are: its name, its nodes, its ports on this machine.
//!
//! **Invariant**: everything follows from the name and the port base; nothing here looks at the world.

use serde::{Deserialize, Serialize};

pub use crate::lab::error::DEFAULT_NAME;
use crate::lab::error::LabError;

/// The port base when nobody gives one; `kind-config.yaml` is written for it.
pub const DEFAULT_PORT_BASE: u16 = 27_000;
/// The one namespace for everything that runs.
pub const NAMESPACE: &str = "shop";
/// The annotation by which the namespace says whose it is.
pub const MARKER: &str = "droplab/lab";
/// Where the mark of droplab is mounted in every node, so that the engine alone can tell whose a node is.
pub const MARK_IN_NODE: &str = "/etc/droplab";
/// The label that kind puts on the containers of a cluster.
pub const KIND_LABEL: &str = "io.x-k8s.kind.cluster";

/// What answers on a port of this machine, and at which distance from the base.
pub const ROLES: [(&str, u16); 7] = [
    ("shop", 80),
    ("kube API", 443),
    ("postgres", 432),
    ("redis", 379),
    ("kafka dc-1", 92),
    ("kafka dc-2", 93),
    ("kafka dc-3", 94),
];

/// A lab's name and the base of its ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The lab's name, which is the cluster's name too.
    pub name: String,
    /// Ports are this plus a fixed distance.
    pub port_base: u16,
}

impl Layout {
    /// A layout, if the name can name containers and the ports exist.
    pub fn new(name: &str, port_base: u16) -> Result<Self, LabError> {
        let sound = !name.is_empty()
            && name.len() <= 40
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if !sound {
            return Err(LabError::Name { name: name.to_owned() });
        }
        if !(1_024..=65_000).contains(&port_base) {
            return Err(LabError::PortBase { base: port_base });
        }
        Ok(Self { name: name.to_owned(), port_base })
    }

    /// The port of a role; the roles are those of [`ROLES`].
    pub fn port(&self, role: &str) -> u16 {
        let offset = ROLES.iter().find(|(name, _)| *name == role).map_or(0, |(_, offset)| *offset);
        self.port_base + offset
    }

    /// All ports with their roles.
    pub fn ports(&self) -> impl Iterator<Item = (&'static str, u16)> + '_ {
        ROLES.iter().map(|(role, offset)| (*role, self.port_base + offset))
    }

    /// The node that runs the control plane.
    pub fn control_plane(&self) -> String {
        format!("{}-control-plane", self.name)
    }

    /// The nodes that run the shop, in the order of their data centres.
    pub fn workers(&self) -> [String; 3] {
        [format!("{}-worker", self.name), format!("{}-worker2", self.name), format!("{}-worker3", self.name)]
    }

    /// All nodes, the control plane first.
    pub fn nodes(&self) -> [String; 4] {
        let [first, second, third] = self.workers();
        [self.control_plane(), first, second, third]
    }

    /// The context in the lab's kubeconfig.
    pub fn context(&self) -> String {
        format!("kind-{}", self.name)
    }

    /// The address of the shop.
    pub fn shop(&self) -> String {
        format!("http://127.0.0.1:{}", self.port("shop"))
    }

    /// The addresses of the three brokers, as Kafka's clients want them.
    pub fn kafka(&self) -> String {
        ["kafka dc-1", "kafka dc-2", "kafka dc-3"].map(|role| format!("127.0.0.1:{}", self.port(role))).join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let layout = Layout::new(DEFAULT_NAME, DEFAULT_PORT_BASE).unwrap();
        let ports: Vec<u16> = layout.ports().map(|(_, port)| port).collect();
        assert_eq!(ports, [27_080, 27_443, 27_432, 27_379, 27_092, 27_093, 27_094]);
        assert_eq!(layout.kafka(), "127.0.0.1:27092,127.0.0.1:27093,127.0.0.1:27094");
        assert_eq!(layout.nodes()[3], "droplab-worker3");
    }

    #[test]
    fn names_that_cannot_name_a_container_are_refused() {
        for name in ["", "-a", "a-", "A", "a b", "a/b", "a.b"] {
            assert!(Layout::new(name, DEFAULT_PORT_BASE).is_err(), "{name}");
        }
        assert!(Layout::new("a", 80).is_err());
        assert!(Layout::new("a", 65_100).is_err());
    }
}
