#!/bin/sh
# A beat: the first process of each container of a pod is killed, every so many hundredths of a second (`every`). Wants containers.sh.
last=$(cat "${d:?}/last" 2>/dev/null || echo 0)
[ $(($1 - last)) -ge "${every:?}" ] || exit 0
echo "$1" >"$d/last"
for config in $(containers); do
    kill -9 "$(cat "${config%/*}/init.pid")" 2>/dev/null || :
done
