#!/bin/sh
# Whoever is in the cgroup of batch.sh in a pod's (`cgroup`) is killed, and that cgroup goes with them; one that stays is a failure.
n=0
while :; do
    left=
    for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/cpuacct /sys/fs/cgroup/memory /sys/fs/cgroup; do
        batch=$h${cgroup:?}/batch
        [ -e "$batch" ] || continue
        while read -r p; do kill -9 "$p" || :; done 2>/dev/null <"$batch/cgroup.procs" || :
        # Those that were killed need a moment to be gone.
        rmdir "$batch" 2>/dev/null || [ ! -e "$batch" ] || left=$batch
    done
    [ -n "$left" ] || break
    n=$((n + 1))
    if [ "$n" -ge 40 ]; then
        echo "the cgroup $left does not go"
        exit 1
    fi
    sleep 0.05
done
