#!/bin/sh
# The agent that was started for the folder `d` is stopped, and has let go of what it held back.
a=${d:?}/agent
if [ -e "$a" ]; then
    kill "$(cat "$a")" 2>/dev/null || :
    n=0
    while kill -0 "$(cat "$a")" 2>/dev/null && [ "$n" -lt 20 ]; do
        sleep 0.05
        n=$((n + 1))
    done
    kill -9 "$(cat "$a")" 2>/dev/null || :
fi
