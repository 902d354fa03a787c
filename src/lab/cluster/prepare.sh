#!/bin/sh
# Gives a node what the charts count on: the folders of the volumes that charts/volumes declares, and that of the books outside;
# and a refusal for Service addresses that kube-proxy does not know yet. Without it such a packet leaves the machine, and whoever answers there is taken for the service.
# The kernel's limit of one refusal a second to each peer would turn most refusals, those for a service without pods too, into
# timeouts.
for folder in 1 2 3 4 5 6 7 8 outside; do
    mkdir -p "/var/local/droplab/$folder"
    chmod 777 "/var/local/droplab/$folder"
done
sysctl -qw net.ipv4.icmp_ratelimit=0 || :
rule() { iptables -w "$1" FORWARD -d 10.96.0.0/16 -j REJECT --reject-with icmp-port-unreachable; }
rule -C 2>/dev/null || rule -I
