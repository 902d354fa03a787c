#!/bin/sh
# Prints what the kernel keeps of pods.
#
#   figures [UID CGROUP]…
#
# What vanishes while it is read is told as missing, and spoils nothing.
while [ $# -ge 2 ]; do
    echo "pod $1"
    for c in "/sys/fs/cgroup/cpu$2/" "/sys/fs/cgroup/cpu$2"/*/ "/sys/fs/cgroup$2/" "/sys/fs/cgroup$2"/*/; do
        [ ! -e "$c/cpu.stat" ] || sed "s|^|$c |" "$c/cpu.stat" || :
    done
    for f in "cpuacct$2/cpuacct.usage" "memory$2/memory.usage_in_bytes" ".$2/memory.current"; do
        [ ! -e "/sys/fs/cgroup/$f" ] || sed "s|^|file ${f##*/} |" "/sys/fs/cgroup/$f" || :
    done
    shift 2
done 2>/dev/null
