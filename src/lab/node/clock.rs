//! Clocks of a pod's processes, which the agent lets be wrong.
//!
//! **Invariant**: code of a process is changed only while the pod stands still, for some milliseconds; whoever stopped it lets it go on.

use super::{agent::PLACE, keeper::Kept};
use crate::model::units::Offset;

/// For one pod. `clock` speaks to the agent about all of its processes, `still` does something while
/// none of them runs, and `surely` tries that until no thread is in the way.
const TOOLS: &str = r#"
c=/sys/fs/cgroup/freezer__CGROUP__
[ -e $c ] || c=/sys/fs/cgroup__CGROUP__
clock() { __AGENT__ clock "$@" $(find $c -name cgroup.procs -exec cat {} + 2>/dev/null | sort -un); }
turn() { if [ -e $c/freezer.state ]; then echo $1 > $c/freezer.state; else echo $2 > $c/cgroup.freeze; fi || [ ! -e $c ]; }
stands() { if [ -e $c/freezer.state ]; then grep -q FROZEN $c/freezer.state; else grep -q '^frozen 1' $c/cgroup.events; fi; }
still() {
    if stands; then "$@"; return; fi
    : > $d/stopped
    turn FROZEN 1
    n=0
    until stands; do n=$((n + 1)); [ $n -lt 200 ] || break; sleep 0.005; done
    code=0
    if stands; then "$@" || code=$?; else echo 'its processes could not be stopped for a moment'; code=1; fi
    turn THAWED 0
    rm -f $d/stopped
    return $code
}
surely() {
    m=0
    until still "$@" > $d/said 2>&1; do
        m=$((m + 1))
        [ $m -lt 40 ] || { cat $d/said; return 1; }
        sleep 0.02
    done
}
"#;

/// Every process of a pod is told another time; what is started in the meantime as well, a second later at most.
pub fn skew(uid: &str, cgroup: &str, offset: Offset) -> Kept {
    let tools = TOOLS.replace("__CGROUP__", cgroup).replace("__AGENT__", PLACE);
    // Whoever comes second waits: the keeper beats while droplab renews. What was stopped by one that was killed goes on.
    let alone = |work: &str| {
        format!(
            "{tools}if [ -e $c ]; then
    (
        flock 9
        [ ! -e $d/stopped ] || {{ turn THAWED 0; rm -f $d/stopped; }}
        {work}
    ) 9> $d/lock
fi"
        )
    };
    let arguments = format!("set --by={offset} --for=${{left}}ms");
    let set = alone(&format!("clock {arguments} 2>/dev/null || surely clock {arguments} --stopped"));
    // Until the keeper's own deadline, which was written before.
    let left = "read -r u _ < /proc/uptime\nread -r end < $d/deadline\nleft=$(( (end - ${u%.*}${u#*.}) * 10 ))\n";
    let beat = format!(
        "last=$(cat $d/last 2>/dev/null || echo 0)
[ $(($2 - last)) -ge 100 ] || exit 0
echo $2 > $d/last
{left}[ $left -gt 0 ] || exit 0
{set}"
    );
    let heal = alone("clock end 2>/dev/null || surely clock end --stopped");
    Kept { key: uid.to_owned(), blow: format!("{left}{set}"), heal, beat: Some(beat) }
}
