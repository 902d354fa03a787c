#!/bin/sh
# A tool of Kafka's, run in one of the lab's brokers. Addresses of this host mean nothing there: $KAFKA_BROKERS becomes kafka:9092,
# which is also where a tool begins that was told nothing.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
told=""
count=$#
while [ "$count" -gt 0 ]; do
    word=$1
    shift
    case $word in
    --bootstrap-server | --bootstrap-controller | --broker-list | --files | --version | --help) told=yes ;;
    127.0.0.1:* | localhost:*) word=kafka:9092 ;;
    esac
    set -- "$@" "$word"
    count=$((count - 1))
done
[ -n "$told" ] || set -- --bootstrap-server kafka:9092 "$@"
exec kubectl exec $tty service/kafka -- "$(basename "$0")" "$@"
