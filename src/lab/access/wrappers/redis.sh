#!/bin/sh
# The redis-cli of the lab's primary, since this host has none.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
exec kubectl exec $tty service/redis -- redis-cli "$@"
