#!/bin/sh
# Freezes cgroups, of either version, or lets them go on; one that is gone is thawed.
#
#   freeze CGROUP…
#
#   state    FROZEN or THAWED
#   unit     a service of systemd's that stands still with them, or nothing
case ${state:?} in
FROZEN) number=1 signal=STOP ;;
*) number=0 signal=CONT ;;
esac
for group in "$@"; do
    v1=/sys/fs/cgroup/freezer$group/freezer.state v2=/sys/fs/cgroup$group/cgroup.freeze
    if [ -e "$v1" ]; then echo "$state" >"$v1"; elif [ -e "$v2" ]; then echo "$number" >"$v2"; fi
done
[ -z "${unit?}" ] || systemctl kill --signal="$signal" "$unit"
