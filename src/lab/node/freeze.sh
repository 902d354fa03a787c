#!/bin/sh
# Freezes cgroups, of either version, or lets them go on; one that is gone is thawed, one that is there and did not obey is a failure.
#
#   freeze CGROUP…
#
#   state    FROZEN or THAWED
#   unit     a service of systemd's that stands still with them, or nothing
case ${state:?} in
FROZEN) number=1 signal=STOP ;;
*) number=0 signal=CONT ;;
esac
code=0
for group in "$@"; do
    v1=/sys/fs/cgroup/freezer$group v2=/sys/fs/cgroup$group
    if [ -e "$v1/freezer.state" ]; then
        echo "$state" >"$v1/freezer.state" || [ ! -e "$v1" ] || code=1
    elif [ -e "$v2/cgroup.freeze" ]; then
        echo "$number" >"$v2/cgroup.freeze" || [ ! -e "$v2" ] || code=1
    fi
done
# A service that does not run has nothing that could go on.
[ -z "${unit?}" ] || systemctl kill --signal="$signal" "$unit" ||
    { [ "$number" = 0 ] && ! systemctl is-active --quiet "$unit"; } || code=1
[ "$code" = 0 ]
