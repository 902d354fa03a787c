#!/bin/sh
# Tries what a kernel has, each by itself: prints the feature's key with `ok`, or with the tool's last words. In a network of its own.
#
#   trials KEY…
ip link set lo up 2>/dev/null || :

# Succeeds where the kernel has it.
try() {
    case $1 in
    cut) nft 'add table ip t; add set ip t s { type ipv4_addr; flags timeout; }; add element ip t s { 10.9.9.9 timeout 3s }' ;;
    loss) nft 'add table ip u; add chain ip u c { type filter hook output priority 0; }; add rule ip u c numgen random mod 100 < 1 ip daddr 10.9.9.9 drop' ;;
    rate) nft 'add table ip w; add chain ip w c { type filter hook output priority 0; }; add rule ip w c limit rate over 20000 bytes/second ip daddr 10.9.9.9 drop' ;;
    redirect) nft 'add table ip v; add chain ip v c { type nat hook output priority -100; }; add rule ip v c ip daddr 10.9.9.9 tcp dport 9 redirect to :9' ;;
    queue) "$(command -v iptables-legacy || command -v iptables)" -t mangle -A OUTPUT -d 10.9.9.9 -j NFQUEUE --queue-num 7 --queue-bypass ;;
    netem)
        tc qdisc add dev lo root handle d: prio bands 16 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 &&
            tc qdisc add dev lo parent d:2 netem delay 2ms 1ms distribution normal &&
            tc filter add dev lo parent d: protocol ip prio 1 handle 0x2a fw classid d:2 &&
            ip link add try0 type ifb &&
            nft 'add table netdev n; add chain netdev n c { type filter hook ingress device lo priority 0; }; add rule netdev n c ip saddr 10.9.9.9 fwd to try0'
        ;;
    freeze) [ -d /sys/fs/cgroup/freezer ] || [ -e /sys/fs/cgroup/init.scope/cgroup.freeze ] || [ -e /sys/fs/cgroup/cgroup.events ] || ls /sys/fs/cgroup/*/cgroup.freeze ;;
    throttle) [ -e /sys/fs/cgroup/blkio ] || grep -qw io /sys/fs/cgroup/cgroup.controllers ;;
    vdso) uname -m | grep -x x86_64 && grep -F '[vdso]' /proc/self/maps ;;
    *)
        echo 'nobody knows how to try it'
        false
        ;;
    esac
}

for key in "$@"; do
    if out=$(try "$key" 2>&1); then echo "$key ok"; else echo "$key $(echo "$out" | tail -n 1)"; fi
done
