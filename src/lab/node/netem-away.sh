#!/bin/sh
# Takes netem out of the network in which it is run, once nothing waits in it any more (two seconds at most).
#
#   id, mark         of the fault
#   release_rules    takes out the rules that lead there
#
# Whoever releases the fault and its keeper may be at it at the same time.
sh -euc "${release_rules:?}" 2>/dev/null || :
class=$(tc filter show dev eth0 parent d: 2>/dev/null | sed -n "s/.* handle ${mark:?} classid d:\([0-9a-f]*\).*/\1/p")
waits() {
    {
        tc -s qdisc show dev "${id:?}"
        [ -z "$class" ] || tc -s qdisc show dev eth0 | grep -A 3 "parent d:$class "
    } 2>/dev/null | grep -q 'backlog .* [1-9][0-9]*p'
}
n=0
while waits && [ "$n" -lt 40 ]; do
    sleep 0.05
    n=$((n + 1))
done
ip link delete "$id" 2>/dev/null || :
if [ -n "$class" ]; then
    tc filter delete dev eth0 parent d: protocol ip prio 1 handle "$mark" fw || :
    tc qdisc delete dev eth0 parent "d:$class" || :
    [ -n "$(tc filter show dev eth0 parent d:)" ] || tc qdisc delete dev eth0 root || :
fi 2>/dev/null
