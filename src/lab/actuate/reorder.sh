#!/bin/sh
# Sets the order of a partition's replicas, and then its preferred leader: with Kafka's tools, beside a broker. A tool that finds the
# leader elected already says so, and fails.
#
#   topic, partition    which
#   order               the brokers' numbers, with commas
f=$(mktemp)
echo "{\"version\":1,\"partitions\":[{\"topic\":\"${topic:?}\",\"partition\":${partition:?},\"replicas\":[${order?}]}]}" >"$f"
failed() {
    cat "$f.log" >&2
    exit 1
}
kafka-reassign-partitions.sh --bootstrap-server kafka:9092 --reassignment-json-file "$f" --execute >"$f.log" 2>&1 || failed
elect() {
    kafka-leader-election.sh --bootstrap-server kafka:9092 --election-type preferred --topic "$topic" --partition "$partition" >"$f.log" 2>&1
}
n=0
until elect || grep -q -i 'election not needed' "$f.log"; do
    n=$((n + 1))
    [ "$n" -lt 5 ] || failed
done
rm -f "$f" "$f.log"
