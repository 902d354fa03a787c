#!/bin/sh
# So many processes of ours (`count`) run this program (`program`) in a pod's cgroup (`cgroup`), with the arguments that this is given.
#
# A child of the pod's cgroup: cgroup v2 wants processes in leaves only, and the pod's limits hold for its children.
# Where processor time is counted in a hierarchy of its own it is counted as the pod's, too.
for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/cpuacct /sys/fs/cgroup/memory /sys/fs/cgroup; do
    [ ! -e "$h${cgroup:?}/cgroup.procs" ] || mkdir -p "$h$cgroup/batch"
done
printf '%s\n' "${program:?}" >"${d:?}/program.new"
mv "$d/program.new" "$d/program"
touch "$d/work"
alive=0
while read -r p; do if kill -0 "$p" 2>/dev/null; then alive=$((alive + 1)); fi; done <"$d/work"
while [ "$alive" -lt "${count:?}" ]; do
    setsid sh "$d/program" "$cgroup/batch" "$@" </dev/null >/dev/null 2>&1 &
    echo $! >>"$d/work"
    alive=$((alive + 1))
done
