#!/bin/sh
# Runs statements (`sql`) as the superuser of the PostgreSQL server in whose container it is run.
printf '%s\n' "${sql:?}" | psql -X -A -t -q -v ON_ERROR_STOP=1 -U postgres -d postgres
