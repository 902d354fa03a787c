#!/bin/sh
# Takes one fault's rules (`id`) out of the network in which it is run, and the table with the last of them. Harmless where nothing
# is. One transaction, for the kernel waits once for each.
found=$(nft list table "${family:?}" "${table:?}" 2>/dev/null) || found=
case $found in
*"set ${id:?} "*)
    if [ "$(echo "$found" | grep -c 'set x')" = 1 ]; then
        nft delete table "$family" "$table"
    else
        {
            for chain in "${id}_o" "${id}_i" "${id}_f" "${id}_p" "${id}_n"; do
                case $found in *"chain $chain "*) echo "delete chain $family $table $chain" ;; esac
            done
            echo "delete set $family $table $id"
            echo "delete counter $family $table $id"
        } | nft -f -
    fi
    ;;
*"set x"* | '') ;;
*) nft delete table "$family" "$table" ;;
esac
