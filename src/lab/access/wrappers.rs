//! Small programs in the lab's folder that reach the lab's own clients where this host has none.
//!
//! **Invariant**: a client of the host goes first; a wrapper adds where to connect, and never what to do.

use std::path::Path;

use crate::lab::{access::tools, command::quote, error::LabError, layout::Layout, state::State};

/// Kafka's tools that people know by name.
const KAFKA: [&str; 17] = [
    "kafka-acls",
    "kafka-broker-api-versions",
    "kafka-cluster",
    "kafka-configs",
    "kafka-console-consumer",
    "kafka-console-producer",
    "kafka-consumer-groups",
    "kafka-delete-records",
    "kafka-dump-log",
    "kafka-features",
    "kafka-get-offsets",
    "kafka-leader-election",
    "kafka-log-dirs",
    "kafka-metadata-quorum",
    "kafka-reassign-partitions",
    "kafka-topics",
    "kafka-transactions",
];

const PSQL: &str = include_str!("wrappers/psql.sh");
const REDIS: &str = include_str!("wrappers/redis.sh");
const REDIS_OF_HOST: &str = include_str!("wrappers/redis-of-host.sh");
const KUBECTL: &str = include_str!("wrappers/kubectl.sh");
const KAFKA_TOOL: &str = include_str!("wrappers/kafka.sh");

/// Write the programs; their folder goes before `PATH`.
pub fn write(layout: &Layout, state: &State) -> Result<(), LabError> {
    let of_host = |tool: &str| {
        tools::folders().into_iter().filter(|folder| *folder != state.path("bin")).find_map(|folder| {
            let path = folder.join(tool);
            path.is_file().then_some(path)
        })
    };
    if of_host("psql").is_none() {
        state.write_program("bin/psql", PSQL)?;
    }
    let redis = of_host("redis-cli").map_or_else(|| REDIS.to_owned(), |path| redis_of_host(&path, layout));
    state.write_program("bin/redis-cli", &redis)?;
    if of_host("kubectl").is_none() {
        state.write_program("bin/kubectl", &kubectl_of_node(layout))?;
    }
    for tool in KAFKA {
        state.write_program(&format!("bin/{tool}.sh"), KAFKA_TOOL)?;
    }
    Ok(())
}

fn redis_of_host(path: &Path, layout: &Layout) -> String {
    let (tool, port) = (path.display().to_string(), layout.port("redis").to_string());
    with_values(REDIS_OF_HOST, &[("tool", &tool), ("port", &port)])
}

fn kubectl_of_node(layout: &Layout) -> String {
    with_values(KUBECTL, &[("node", &layout.control_plane())])
}

/// A program whose variables are set in its second line and after it.
fn with_values(text: &str, values: &[(&str, &str)]) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let values = values.iter().map(|(name, value)| format!("{name}={}\n", quote(value)));
    format!("{first}\n{}{rest}", values.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tool's script would run, with `kubectl` replaced by `echo`.
    fn typed(arguments: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let tool = folder.path().join("kafka-topics.sh");
        std::fs::write(&tool, KAFKA_TOOL.replace("exec kubectl", "exec echo kubectl")).unwrap();
        let line = format!("sh {} {arguments} </dev/null", tool.display());
        let out = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn a_kafka_tool_is_told_where_the_brokers_are() {
        let inside = "kubectl exec -i service/kafka -- kafka-topics.sh";
        assert_eq!(typed("--list"), format!("{inside} --bootstrap-server kafka:9092 --list"));
        let named = typed("--list --bootstrap-server 127.0.0.1:27092,127.0.0.1:27093");
        assert_eq!(named, format!("{inside} --list --bootstrap-server kafka:9092"));
    }

    #[test]
    fn the_nodes_kubectl_looks_at_the_shop() {
        let text = kubectl_of_node(&Layout::new("two", 29_000).unwrap());
        assert!(text.starts_with("#!/bin/sh\nnode=two-control-plane\n"), "{text}");
    }
}
