#!/bin/sh
# Asks the PostgreSQL server in whose container it is run for one number (`query`), and gives up in time (`patience_ms`).
export PGOPTIONS="-c default_transaction_read_only=on -c statement_timeout=${patience_ms:?}" PGAPPNAME=droplab PGCONNECT_TIMEOUT=2
printf '%s;\n' "${query:?}" | timeout 2.8 psql -U postgres -d shop -v ON_ERROR_STOP=1 -AtXq -f -
