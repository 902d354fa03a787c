#!/bin/sh
# So many processes of ours (`count`) run this program (`program`) in a pod's cgroup (`cgroup`), with the arguments that this is given.
#
# A child of the pod's cgroup: cgroup v2 wants processes in leaves only, and the pod's limits hold for its children.
# Where processor time is counted in a hierarchy of its own it is counted as the pod's, too.
#
# Invariant: whoever is in that child is ours, and nobody else is; a number that was noted may be another process' by now.
hierarchies='/sys/fs/cgroup/cpu /sys/fs/cgroup/cpuacct /sys/fs/cgroup/memory /sys/fs/cgroup'
for h in $hierarchies; do
    [ ! -e "$h${cgroup:?}/cgroup.procs" ] || mkdir -p "$h$cgroup/batch"
done
printf '%s\n' "${program:?}" >"${d:?}/program.new"
mv "$d/program.new" "$d/program"
alive=$(for h in $hierarchies; do cat "$h$cgroup/batch/cgroup.procs" 2>/dev/null || :; done | sort -u | wc -l)
while [ "$alive" -lt "${count:?}" ]; do
    setsid sh "$d/program" "$cgroup/batch" "$@" </dev/null >/dev/null 2>&1 &
    # It goes in by itself; put in from here as well, it is there when this ends, to be counted and to be killed.
    for h in $hierarchies; do
        [ ! -e "$h$cgroup/batch/cgroup.procs" ] || echo $! >"$h$cgroup/batch/cgroup.procs" || :
    done
    alive=$((alive + 1))
done
