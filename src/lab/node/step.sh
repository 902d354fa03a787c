#!/bin/sh
# Does one step of a hold, unless a newer generation of that hold is known here: a step that comes late must not undo what came
# after it.
#
#   step ID GENERATION arm|release        the step itself comes on standard input
#
# Invariant: a step runs alone in its node for its ID, and only while its generation is the newest that the node has seen.
set -eu
id=$1 generation=$2 kind=$3
mark=${0%/*}/marks/$id
# Seconds that another step is waited for.
patience=4
busy=91

if [ "${4-}" = alone ]; then
    # A process group of its own, so that a release can end all of it when it hangs.
    echo $$ >"$mark.by"
    known=$(cat "$mark")
    if [ "${known:-0}" -gt "$generation" ]; then
        echo "overtaken by $known"
        exit 0
    fi
    echo "$generation" >"$mark"
    exec sh -eu
fi

# What a step starts in the background does not keep the lock: it is closed before the step begins.
alone() {
    flock --close --conflict-exit-code "$busy" --wait "$patience" "$mark" setsid sh "$0" "$id" "$generation" "$kind" alone
}

mkdir -p "${mark%/*}"
code=0
alone || code=$?
if [ "$code" = "$busy" ] && [ "$kind" = release ]; then
    # Whatever hangs there is what is to end.
    if read -r by <"$mark.by"; then kill -s KILL -- "-$by" || :; fi
    code=0
    alone || code=$?
fi
[ "$code" != "$busy" ] || echo "another step of $id has not ended within $patience s"
# A mark is kept for a day: nothing comes later than that.
[ "$kind" != release ] || find "${mark%/*}" -type f -mmin +1440 -delete || :
exit "$code"
