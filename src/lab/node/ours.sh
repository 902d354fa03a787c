#!/bin/sh
# Processes of ours, by the files of the folder `d` that their numbers were noted in.
#
# Invariant: a number that was noted may be another process' by now: whoever does not name the folder among its words is none of ours.

# ours PROCESS: whether the one that was noted there runs.
ours() {
    [ -e "${d:?}/$1" ] && tr '\0' '\n' <"/proc/$(cat "$d/$1")/cmdline" | grep -qF -- "$d"
} 2>/dev/null

# until_made FILE PROCESS: waits until it has made FILE there; tells what it said when it did not.
until_made() {
    n=0
    until [ -e "${d:?}/$1" ]; do
        n=$((n + 1))
        if [ "$n" -ge 100 ] || ! kill -0 "$(cat "$d/$2")" 2>/dev/null; then
            cat "$d/said"
            exit 1
        fi
        sleep 0.05
    done
}
