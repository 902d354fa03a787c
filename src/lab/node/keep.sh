#!/bin/sh
# Starts the keeper of the folder `d`, unless it runs.
if [ ! -e "${d:?}/keeper" ] || ! kill -0 "$(cat "$d/keeper")" 2>/dev/null; then
    setsid sh "${folder:?}/keeper" "$d" </dev/null >/dev/null 2>&1 &
    echo $! >"$d/keeper"
fi
