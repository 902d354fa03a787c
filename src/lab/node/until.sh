#!/bin/sh
# until_made FILE PROCESS: waits until a process of ours (its number is in the file PROCESS of the folder `d`) has made FILE there;
# tells what it said when it did not.
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
