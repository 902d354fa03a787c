#!/bin/sh
# The agent that was started for the folder `d` is stopped, and has let go of what it held back. Wants ours.sh.
if ours agent; then
    kill "$(cat "${d:?}/agent")" 2>/dev/null || :
    n=0
    while ours agent && [ "$n" -lt 20 ]; do
        sleep 0.05
        n=$((n + 1))
    done
    ! ours agent || kill -9 "$(cat "$d/agent")" 2>/dev/null || :
fi
