#!/usr/bin/env bash
# Prints when it asked a name server, the answer's first 12 bytes, and when it had them.
#
#   dns SERVER PORT QUESTION      the question as octal escapes
exec 3<>"/dev/udp/$1/$2"
# The reader waits before the question is sent, so that its own start is not measured.
{
    timeout 2.5 head -c 12 <&3 | od -An -v -tx1
    echo "had $EPOCHREALTIME"
} &
sleep 0.02
echo "asked $EPOCHREALTIME"
printf '%b' "$3" >&3
wait
