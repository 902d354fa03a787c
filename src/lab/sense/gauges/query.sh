#!/bin/sh
# Asks the PostgreSQL server in whose container it is run for one number (`query`), and gives up in time (`patience_ms`). What is asked
# is seen in no list of sessions or statements, and in no log.
unseen="-c track_activities=off -c pg_stat_statements.track=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic"
export PGOPTIONS="-c default_transaction_read_only=on -c statement_timeout=${patience_ms:?} $unseen" PGAPPNAME=droplab PGCONNECT_TIMEOUT=2
printf '%s;\n' "${query:?}" | timeout 2.8 psql -U postgres -d shop -v ON_ERROR_STOP=1 -AtXq -f -
