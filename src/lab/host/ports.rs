//! The ports of this machine that a lab needs, by what answers on them.
//!
//! **Invariant**: a port that this lab itself holds is not busy.

use std::{collections::BTreeMap, io::ErrorKind, net::TcpListener};

use bollard::query_parameters::ListContainersOptionsBuilder;

use super::{Check, Mark, Topic, holder};
use crate::lab::{
    engine::docker::Engine,
    layout::{KIND_LABEL, Layout},
};

/// One line for all free ports, or one for each holder of busy ones.
pub(super) async fn check(layout: &Layout, engine: Option<&Engine>) -> Vec<Check> {
    let published = match engine {
        Some(engine) => published(engine).await,
        None => BTreeMap::new(),
    };
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, port) in layout.ports() {
        let holder = match published.get(&port) {
            Some((_, lab)) if lab.as_deref() == Some(&layout.name) => continue,
            Some((container, _)) => format!("container {container}"),
            None if is_free(port) => continue,
            None => holder::process(port).unwrap_or_else(|| "a process of another user".to_owned()),
        };
        held.entry(holder).or_default().push(format!("{port} ({role})"));
    }
    if held.is_empty() {
        let list: Vec<String> = layout.ports().map(|(_, port)| port.to_string()).collect();
        let measured = format!("{} free or this lab's own", list.join(" "));
        return vec![Check::new(Topic::Port, "ports", measured, "free on 127.0.0.1")];
    }
    held.iter().map(|(holder, ports)| busy(layout, holder, ports)).collect()
}

fn busy(layout: &Layout, holder: &str, ports: &[String]) -> Check {
    let other = if layout.port_base < 40_000 { layout.port_base + 1_000 } else { 27_000 };
    let fix = format!("stop it, or choose other ports: droplab up --port-base {other}");
    let measured = format!("{} held by {holder}", ports.join(", "));
    Check::new(Topic::Port, "ports", measured, "free on 127.0.0.1").but(Mark::Cannot, fix)
}

fn is_free(port: u16) -> bool {
    !matches!(TcpListener::bind(("127.0.0.1", port)), Err(error) if error.kind() == ErrorKind::AddrInUse)
}

/// Ports that containers hold: the container's name, and the kind cluster it belongs to.
async fn published(engine: &Engine) -> BTreeMap<u16, (String, Option<String>)> {
    let options = ListContainersOptionsBuilder::default().build();
    let mut ports = BTreeMap::new();
    for container in engine.api.list_containers(Some(options)).await.unwrap_or_default() {
        let name = container.names.unwrap_or_default().join(" ").trim_start_matches('/').to_owned();
        let cluster = container.labels.unwrap_or_default().remove(KIND_LABEL);
        for port in container.ports.unwrap_or_default().into_iter().filter_map(|port| port.public_port) {
            ports.insert(port, (name.clone(), cluster.clone()));
        }
    }
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_is_named_with_its_role_and_holder() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let layout = Layout { name: "two".to_owned(), port_base: port - 432 };
        let checks = check(&layout, None).await;
        let line = checks.iter().find(|check| check.measured.contains(&format!("{port} (postgres)"))).unwrap();
        assert_eq!(line.mark, Mark::Cannot);
        assert!(line.measured.contains("held by "), "{}", line.measured);
    }
}
