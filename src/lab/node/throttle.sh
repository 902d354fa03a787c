#!/bin/sh
# The disk under `/var` gives each container of a pod (`cgroup`) so many bytes a second (`bytes`); without a number it gives what it
# can. Limits are set on the containers, because cgroup v1 does not hand them down.
dev=$(findmnt -n -o MAJ:MIN -T /var | tr -d ' ')
[ ! -e "/sys/dev/block/$dev/partition" ] || dev=$(cat "/sys/dev/block/$dev/../dev")
[ "${dev%%:*}" != 0 ] || {
    # And so nothing was, which is as good as a way back.
    [ -n "${bytes?}" ] || exit 0
    echo "/var is on no block device ($dev): nothing can be throttled"
    exit 1
}
v1=/sys/fs/cgroup/blkio${cgroup:?} v2=/sys/fs/cgroup$cgroup
for c in "$v1" "$v1"/*/; do
    [ ! -e "$c/blkio.throttle.read_bps_device" ] || for way in read write; do
        echo "$dev ${bytes:-0}" >"$c/blkio.throttle.${way}_bps_device" || [ ! -e "$c" ]
    done
done
[ ! -e "$v2/io.max" ] || echo "$dev rbps=${bytes:-max} wbps=${bytes:-max}" >"$v2/io.max"
if [ -n "${bytes?}" ] && { [ -e "$v1" ] || [ -e "$v2" ]; } && [ ! -e "$v1/blkio.throttle.read_bps_device" ] && [ ! -e "$v2/io.max" ]; then
    echo 'no cgroup controller here throttles a disk (blkio, io)'
    exit 1
fi
