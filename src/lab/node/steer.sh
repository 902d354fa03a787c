#!/bin/sh
# Leads what bears a mark to a queue that lets everything pass when nobody reads it, or no longer, in one pod's network.
#
#   way            in, or out
#   network        a file; one that is gone took its rules with it
#   mark, queue    numbers
t=$(command -v iptables-legacy || command -v iptables)
rule() {
    nsenter --net="${network:?}" "$t" -t mangle "$1" "$2" -m mark --mark "${mark:?}" -j NFQUEUE --queue-num "${queue:?}" --queue-bypass
}
for chain in POSTROUTING INPUT; do
    if [ "${way:?}" = in ]; then
        rule -C "$chain" 2>/dev/null || rule -A "$chain"
    elif [ -e "$network" ]; then
        rule -D "$chain" 2>/dev/null || :
    fi
done
