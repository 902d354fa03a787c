#!/bin/sh
# Prints what is of ours in the network in which it is run: our table (`table`), queues. `$1` is the network's name, `of HOST` for
# the node's own, in which a queue for a helper may be another's.
if nft list tables 2>/dev/null | grep -q " ${table:?}\$"; then echo "rules in the network $1"; fi
case $1 in
'of '*) ;;
*) if "$(command -v iptables-legacy || command -v iptables)" -t mangle -S 2>/dev/null | grep -q NFQUEUE; then echo "a queue for a helper in the network $1"; fi ;;
esac
tc qdisc show 2>/dev/null | grep -v 'qdisc noqueue' | cut -d' ' -f2,5 | sed "s|^|queue in the network of ${1#of }: |" || :
