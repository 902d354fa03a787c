#!/bin/sh
# Holds, or renews, what a fault does at one place: the folder `d` gets a deadline, the way back and a keeper, before anything is
# done. What follows this file in the same shell puts the state in; done again, it changes nothing. Wants ours.sh.
#
#   d        the folder, …/ID/KEY
#   ticks    how long it lasts from now on, in hundredths of a second
#   keeper   the program that keeps it (keeper.sh)
#   heal     the way back; it finds `d`
#   beat     what is done about five times a second while it lasts, or nothing; it finds `d`, and the time in `$1`
#
# Invariant: the keeper runs before anything is done, and a renewal only moves the deadline.
mkdir -p "${d:?}"
read -r u _ </proc/uptime
echo $((${u%.*}${u#*.} + ${ticks:?})) >"$d/deadline.new"
mv "$d/deadline.new" "$d/deadline"

# put FILE TEXT: in one moment; whoever reads it reads the old one or the new one.
put() {
    printf '%s\n' "$2" >"$1.new"
    mv "$1.new" "$1"
}

if [ ! -e "$d/heal" ]; then
    put "${d%/*/*}/keeper" "${keeper:?}"
    [ -z "${beat?}" ] || put "$d/beat" "$beat"
    # Last of all: with it, everything is there.
    put "$d/heal" "${heal:?}"
fi
if ! ours keeper; then
    setsid sh "${d%/*/*}/keeper" "$d" </dev/null >/dev/null 2>&1 &
    echo $! >"$d/keeper"
fi
