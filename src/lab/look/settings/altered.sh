#!/bin/sh
# Prints what ALTER SYSTEM has set on the PostgreSQL server in whose container it is run, a name and its value on each line. How a
# replica reaches its primary is set by what made it one.
psql -X -A -t -q -F "$(printf '\t')" -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
select name, replace(setting, E'\n', ' ') from pg_file_settings
where sourcefile like '%/postgresql.auto.conf' and name not in ('primary_conninfo', 'primary_slot_name');
SQL
