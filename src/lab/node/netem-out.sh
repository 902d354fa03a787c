#!/bin/sh
# What a pod sends and bears a mark (`mark`) goes through netem with the arguments that this is given; in the pod's network.
#
# Classes of our own below `d:` for what goes out: the first is everybody's, each fault takes one of the others.
case "$(tc qdisc show dev eth0 root)" in
*'prio d: '*) ;;
'' | *noqueue*) tc qdisc add dev eth0 root handle d: prio bands 16 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ;;
*)
    echo "its network has a queue of another's: $(tc qdisc show dev eth0 root)"
    exit 1
    ;;
esac
if ! tc filter show dev eth0 parent d: | grep -q "handle ${mark:?} "; then
    for class in 2 3 4 5 6 7 8 9 a b c d e f 10; do
        tc qdisc show dev eth0 | grep -q "parent d:$class " || break
    done
    tc qdisc add dev eth0 parent "d:$class" netem "$@"
    tc filter add dev eth0 parent d: protocol ip prio 1 handle "$mark" fw classid "d:$class"
fi
