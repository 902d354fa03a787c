#!/bin/sh
# Takes back what ALTER SYSTEM set on each PostgreSQL server, and restarts those whose settings wait for a restart; and what
# was set for roles and databases, which no chart does.
#
# **Invariant**: all servers are asked at once, each in one visit: where nothing is to be done, that is the whole price of it.
# shellcheck disable=SC2016  # most dollars are for the shell in a container, and PostgreSQL's
set -eu
sql() { kubectl exec "postgres-$1-0" -- psql -U postgres -AtXqc "$2"; }
restart() {
    kubectl rollout restart "statefulset/postgres-$1" >/dev/null
    kubectl rollout status "statefulset/postgres-$1" --timeout=90s >/dev/null
}
# Prints how many settings wait for a restart. Not `reset all`: where a replica finds its primary stands in the same file. Roles on
# the primary alone: the others follow.
visit='psql -U postgres -AtXq -v ON_ERROR_STOP=1 >/dev/null <<"SQL"
do $$ declare s record; begin
    if pg_is_in_recovery() then return; end if;
    for s in select rolname, datname from pg_db_role_setting
        left join pg_roles r on r.oid = setrole left join pg_database d on d.oid = setdatabase
    loop
        execute case
            when s.rolname is null then format($f$alter database %I reset all$f$, s.datname)
            when s.datname is null then format($f$alter role %I reset all$f$, s.rolname)
            else format($f$alter role %I in database %I reset all$f$, s.rolname, s.datname) end;
    end loop;
end $$;
select distinct format($f$alter system reset %I$f$, name) from pg_file_settings where sourcefile like $f$%postgresql.auto.conf$f$
    and name not in ($f$primary_conninfo$f$, $f$primary_slot_name$f$, $f$restore_command$f$, $f$recovery_target_timeline$f$) \gexec
select pg_reload_conf();
SQL
# The postmaster reads its files a moment after it is told.
sleep 0.5
psql -U postgres -AtXqc "select count(*) from pg_settings where pending_restart"'
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT
visits=""
for dc in dc-1 dc-2 dc-3; do
    echo "$visit" | kubectl exec -i "postgres-$dc-0" -- sh -eu >"$answers/$dc" &
    visits="$visits $!"
done
for one in $visits; do wait "$one"; done
for dc in dc-1 dc-2 dc-3; do
    [ "$(cat "$answers/$dc")" != 0 ] || continue
    if [ "$dc" != dc-1 ]; then
        # What the primary wrote last must be replayed: it holds the smaller number.
        tries=0
        until [ "$(sql dc-1 "select count(*) from pg_stat_replication where replay_lsn >= pg_current_wal_flush_lsn()")" = 2 ]; do
            tries=$((tries + 1))
            [ "$tries" -le 60 ] || { echo "the replicas do not follow the primary" >&2; exit 1; }
            sleep 1
        done
    fi
    restart "$dc"
done
