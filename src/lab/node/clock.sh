#!/bin/sh
# The processes of a pod are told another time of day, or their own again.
#
#   way       set; beat, which is set once a second with the time in `$1`; or end
#   cgroup    the pod's
#   agent     the program that does it
#   by        how far the clock is off
#
# Invariant: code of a process is changed only while the pod stands still, for some milliseconds; whoever stopped it lets it go on.
c=/sys/fs/cgroup/freezer${cgroup:?}
[ -e "$c" ] || c=/sys/fs/cgroup$cgroup

# clock ARGUMENTS…: speaks to the agent about all processes of the pod.
clock() {
    # shellcheck disable=SC2046  # numbers
    "${agent:?}" clock "$@" $(find "$c" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -un)
}

turn() {
    if [ -e "$c/freezer.state" ]; then echo "$1" >"$c/freezer.state"; else echo "$2" >"$c/cgroup.freeze"; fi || [ ! -e "$c" ]
}

stands() {
    if [ -e "$c/freezer.state" ]; then grep -q FROZEN "$c/freezer.state"; else grep -q '^frozen 1' "$c/cgroup.events"; fi
}

# still COMMAND…: does something while none of them runs.
still() {
    if stands; then
        "$@"
        return
    fi
    : >"${d:?}/stopped"
    turn FROZEN 1
    n=0
    until stands; do
        n=$((n + 1))
        [ "$n" -lt 200 ] || break
        sleep 0.005
    done
    code=0
    if stands; then "$@" || code=$?; else
        echo 'its processes could not be stopped for a moment'
        code=1
    fi
    turn THAWED 0
    rm -f "$d/stopped"
    return "$code"
}

# surely COMMAND…: tries that until no thread is in the way.
surely() {
    m=0
    until still "$@" >"$d/said" 2>&1; do
        m=$((m + 1))
        [ "$m" -lt 40 ] || {
            cat "$d/said"
            return 1
        }
        sleep 0.02
    done
}

if [ "${way:?}" = beat ]; then
    last=$(cat "${d:?}/last" 2>/dev/null || echo 0)
    [ $(($1 - last)) -ge 100 ] || exit 0
    echo "$1" >"$d/last"
fi
if [ "$way" = end ]; then
    set -- end
else
    # Until the keeper's own deadline, which was written before.
    read -r u _ </proc/uptime
    read -r end <"$d/deadline"
    left=$(((end - ${u%.*}${u#*.}) * 10))
    [ "$way" = set ] || [ "$left" -gt 0 ] || exit 0
    set -- set --by="${by:?}" --for="${left}ms"
fi
# Whoever comes second waits: the keeper beats while droplab renews. What was stopped by one that was killed goes on.
if [ -e "$c" ]; then
    (
        flock 9
        [ ! -e "$d/stopped" ] || {
            turn THAWED 0
            rm -f "$d/stopped"
        }
        clock "$@" 2>/dev/null || surely clock "$@" --stopped
    ) 9>"$d/lock"
fi
