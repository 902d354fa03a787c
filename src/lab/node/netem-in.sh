#!/bin/sh
# A device (`id`) whose packets go through netem with the arguments that this is given; in the pod's network.
if ! ip link show "${id:?}" >/dev/null 2>&1; then
    ip link add "$id" type ifb
    tc qdisc add dev "$id" root netem "$@"
    ip link set "$id" up
fi
