#!/bin/sh
# Tells the PostgreSQL server in whose container it is run to stop: fast shutdown, in a moment, so that this can end before.
(
    sleep 0.2
    kill -INT 1
) >/dev/null 2>&1 &
