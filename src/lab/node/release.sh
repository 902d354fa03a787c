#!/bin/sh
# Ends a hold everywhere in the node in which it is run: what is kept first, then its keeper. Wants ours.sh.
#
# Invariant: runs under the lock of its ID, so no keeper is in the middle of anything; and what cannot be undone keeps its keeper, which
# goes on trying when its deadline has passed.
export d
status=0
for d in "${folder:?}/${id:?}"/*; do
    [ -d "$d" ] || continue
    if [ -e "$d/heal" ] && ! sh "$d/heal"; then
        status=1
        continue
    fi
    ! ours keeper || kill "$(cat "$d/keeper")" 2>/dev/null || :
    rm -rf "$d"
done
rmdir "${folder:?}/${id:?}" 2>/dev/null || :
[ "$status" = 0 ]
