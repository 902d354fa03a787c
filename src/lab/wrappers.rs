//! Small programs in the lab's folder that reach the lab's own clients where this host has none.
//!
//! **Invariant**: a client of the host goes first; a wrapper adds where to connect, and never what to do.

use std::path::Path;

use super::{command::quote, error::LabError, layout::Layout, state::State, tools};

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

const PSQL: &str = r#"#!/bin/sh
# The psql of the lab's primary, since this host has none.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
exec kubectl exec $tty service/postgres -- env PGUSER="${PGUSER:-postgres}" PGDATABASE="${PGDATABASE:-shop}" psql "$@"
"#;

const REDIS: &str = r#"#!/bin/sh
# The redis-cli of the lab's primary, since this host has none.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
exec kubectl exec $tty service/redis -- redis-cli "$@"
"#;

const KAFKA_TOOL: &str = r#"#!/bin/sh
# A tool of Kafka's, run in one of the lab's brokers. Addresses of this host mean nothing there: $KAFKA_BROKERS becomes kafka:9092,
# which is also where a tool begins that was told nothing.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
told=""
count=$#
while [ "$count" -gt 0 ]; do
    word=$1
    shift
    case $word in
    --bootstrap-server | --bootstrap-controller | --broker-list | --files | --version | --help) told=yes ;;
    127.0.0.1:* | localhost:*) word=kafka:9092 ;;
    esac
    set -- "$@" "$word"
    count=$((count - 1))
done
[ -n "$told" ] || set -- --bootstrap-server kafka:9092 "$@"
exec kubectl exec $tty service/kafka -- "$(basename "$0")" "$@"
"#;

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

/// redis-cli has variables for the password but not for the port.
fn redis_of_host(path: &Path, layout: &Layout) -> String {
    let (path, port) = (quote(&path.display().to_string()), layout.port("redis"));
    format!("#!/bin/sh\n# This host's redis-cli, pointed at the lab.\nexec {path} -h 127.0.0.1 -p {port} \"$@\"\n")
}

fn kubectl_of_node(layout: &Layout) -> String {
    let (lab, node) = (&layout.name, layout.control_plane());
    format!(
        "#!/bin/sh\n# The kubectl of lab {lab}'s own node, since this host has none. Files of this host go in by `-f -`.\n\
         if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi\n\
         exec docker exec $tty {node} kubectl --kubeconfig /etc/kubernetes/admin.conf --namespace shop \"$@\"\n"
    )
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
        assert!(text.contains("docker exec $tty two-control-plane kubectl"));
    }
}
