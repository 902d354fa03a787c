//! What a fault may leave in a node: rules and queues in every network, helpers, frozen pods.
//!
//! **Invariant**: looked for everywhere, not only where this process believes to have put something.

use std::collections::BTreeSet;

use super::{Nodes, agent, keeper::FOLDER, table::TABLE};
use crate::lab::error::LabError;

const LOOK: &str = r#"
look() {
    if nft list tables 2>/dev/null | grep -q " __TABLE__\$"; then echo "rules in the network of $1"; fi
    tc qdisc show 2>/dev/null | grep -v 'qdisc noqueue' | cut -d' ' -f2,5 | sed "s|^|queue in the network of $1: |" || :
}
look "$(hostname)"
export t=$(command -v iptables-legacy || command -v iptables)
for n in /var/run/netns/cni-*; do
    [ -e "$n" ] || continue
    # One shell in each network: both questions for the price of one.
    nsenter --net="$n" sh -c "$(cat <<'IN'
if nft list tables 2>/dev/null | grep -q " __TABLE__\$"; then echo "rules in the network $1"; fi
if $t -t mangle -S 2>/dev/null | grep -q NFQUEUE; then echo "a queue for a helper in the network $1"; fi
tc qdisc show 2>/dev/null | grep -v 'qdisc noqueue' | cut -d' ' -f2,5 | sed "s|^|queue in the network $1: |" || :
IN
)" sh "${n##*/}"
done
for d in __FOLDER__/*/*; do [ ! -d "$d" ] || echo "helper ${d#__FOLDER__/} in $(hostname)"; done
for i in $(grep -lsa '__FOLDER__/[x]' /proc/[0-9]*/cmdline | while read -r f; do cat "$f" 2>/dev/null | tr '\0' ' ' | grep -o '__FOLDER__/[x][0-9a-f]*'; done | sort -u); do
    echo "process of ${i##*/} in $(hostname)"
done
frozen() {
    find /sys/fs/cgroup/freezer/kubelet* -name freezer.state 2>/dev/null | xargs -r grep -ls FROZEN | sed 's|.*/\([^/]*\)/freezer.state|frozen: \1|'
    find /sys/fs/cgroup/kubelet* -name cgroup.freeze 2>/dev/null | xargs -r grep -ls 1 | sed 's|.*/\([^/]*\)/cgroup.freeze|frozen: \1|'
}
# The container runtime freezes for a moment what it kills or changes: ours is what stays so.
now=$(frozen)
[ -z "$now" ] || { sleep 0.5; frozen | grep -Fx "$now" || :; }
[ ! -x __AGENT__ ] || __AGENT__ clock look 2>/dev/null | sed 's|^|a wrong clock in process |' || :
find /sys/fs/cgroup/blkio/kubelet* -name 'blkio.throttle.*_bps_device' 2>/dev/null | xargs -r grep -ls . | sed 's|.*/\([^/]*\)/blkio|throttled: \1: |'
find /sys/fs/cgroup/kubelet* -name io.max 2>/dev/null | xargs -r grep -ls . | sed 's|.*/\([^/]*\)/io.max|throttled: \1|'
find /sys/fs/cgroup/*/kubelet* /sys/fs/cgroup/kubelet* -type d -name batch 2>/dev/null | sed 's|^|cgroup |'
"#;

/// What is there, in words.
pub async fn look(nodes: &Nodes, node: &str) -> Result<BTreeSet<String>, LabError> {
    let script = LOOK.replace("__TABLE__", TABLE).replace("__FOLDER__", FOLDER).replace("__AGENT__", agent::PLACE);
    let found = nodes.run(node, &script).await?;
    Ok(found.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
