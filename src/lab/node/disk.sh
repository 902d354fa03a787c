#!/bin/sh
# A file of so many mebibytes (`mebibytes`) that has no name any more is kept open, on the disk of a folder (`path`) of the pod's first
# container: its room comes back whenever its keeper ends, however that comes about. Wants ours.sh and containers.sh.
#
# Invariant: so many mebibytes (`spare`) of the host's disk stay free.
if ! ours work; then
    config=$(containers | head -n 1)
    [ -n "$config" ] || {
        echo 'its containers do not run'
        exit 1
    }
    at=/proc/$(cat "${config%/*}/init.pid")/root${path:?}
    [ -d "$at" ] || {
        echo "there is no folder $path in it"
        exit 1
    }
    df -Pm "$at" | awk -v wanted="${mebibytes:?}" -v spare="${spare:?}" 'NR == 2 && $4 - wanted < spare {
        printf "of %d MiB that are free, %d stay free: %d are too many\n", $4, spare, wanted; exit 1 }'
    printf '%s\n' "${program:?}" >"${d:?}/program"
    setsid sh "$d/program" "$at" "$mebibytes" "$d" </dev/null >"$d/said" 2>&1 &
    echo $! >"$d/work"
    until_made filled work
fi
