#!/bin/sh
# Keeps one hold at one place, `…/ID/KEY`: beats while it lasts, and plays the way back when its deadline passes.
#
#   keeper FOLDER
#
# Invariant: it acts only while it has the lock of its ID and the folder is still its own; after a release it does nothing. The folder
# goes when the way back has worked, and not before: nobody else may be left to try it again.
set -u
d=$1
export d
id=${d%/*} id=${id##*/}
mark=${0%/*}/marks/$id
patience=4

# Hundredths of a second since the machine was started.
up() {
    read -r u _ </proc/uptime
    echo "${u%.*}${u#*.}"
}

is_over() {
    ! read -r end <"$d/deadline" || [ "$(up)" -ge "$end" ]
}

is_mine() {
    read -r who <"$d/keeper" && [ "$who" = $$ ]
}

# Whoever hangs with the lock is ended: a deadline waits for nobody.
wait_for_the_lock() {
    flock --wait "$patience" 8 && return
    read -r by <"$mark.by" && kill -s KILL -- "-$by"
    flock --wait "$patience" 8
}

mkdir -p "${mark%/*}"
exec 8>>"$mark"
while :; do
    pause=0.2
    if is_over; then
        if wait_for_the_lock; then
            is_mine || exit 0
            echo $$ >"$mark.by"
            # It may have been renewed while this waited.
            if is_over; then
                if [ ! -e "$d/heal" ] || sh "$d/heal" 8>&-; then
                    rm -rf "$d"
                    rmdir "${d%/*}" || :
                    exit 0
                fi
                # What is in the way gets time to go, and a renewal or a release a turn in between.
                pause=2
            fi
            flock --unlock 8
        fi
    elif [ -e "$d/beat" ] && flock --nonblock 8; then
        is_mine || exit 0
        echo $$ >"$mark.by"
        sh "$d/beat" "$(up)" 8>&-
        flock --unlock 8
    fi
    sleep "$pause"
done
