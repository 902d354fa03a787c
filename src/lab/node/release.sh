#!/bin/sh
# Ends a hold everywhere in the node in which it is run: the keepers first, then what they keep.
#
# Invariant: runs under the lock of its ID, so no keeper is in the middle of anything.
export d
for d in "${folder:?}/${id:?}"/*; do
    [ -d "$d" ] || continue
    [ ! -e "$d/keeper" ] || kill "$(cat "$d/keeper")" 2>/dev/null || :
    [ ! -e "$d/heal" ] || sh "$d/heal"
    rm -rf "$d"
done
rmdir "${folder:?}/${id:?}" 2>/dev/null || :
