#!/bin/sh
# Prints how many packets met the hold `id` in the network in which it is run: the network (`$1`), the family of protocols, the number.
for family in ip netdev; do
    nft list counter "$family" "${table:?}" "${id:?}" 2>/dev/null | sed -n "s/.*packets \([0-9]*\) bytes.*/${1:-node} $family \1/p"
done
