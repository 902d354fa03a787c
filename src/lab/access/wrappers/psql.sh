#!/bin/sh
# The psql of the lab's primary, since this host has none.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
exec kubectl exec $tty service/postgres -- env PGUSER="${PGUSER:-postgres}" PGDATABASE="${PGDATABASE:-shop}" psql "$@"
