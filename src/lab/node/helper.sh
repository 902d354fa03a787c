#!/bin/sh
# The agent (`agent`, a file) runs in one pod's network (`network`) with the arguments that this is given, and is started if it does
# not. Wants ours.sh.
if ! ours agent; then
    # Where it may be, it is on time even on a busy machine: a packet that waits for the processor is late.
    first="chrt -f 10"
    $first true 2>/dev/null || first=
    # shellcheck disable=SC2086  # words, or none
    setsid nsenter --net="${network:?}" $first "${agent:?}" "$@" --counts "${d:?}/counts" </dev/null >"${d:?}/said" 2>&1 &
    echo $! >"$d/agent"
    until_made counts agent
fi
