#!/bin/sh
# Takes back what ALTER SYSTEM set on each PostgreSQL server, and restarts those whose settings wait for a restart; and what
# was set for roles and databases, which no chart does.
set -eu
sql() { kubectl exec "postgres-$1-0" -- psql -U postgres -AtXqc "$2"; }
restart() {
    kubectl rollout restart "statefulset/postgres-$1" >/dev/null
    kubectl rollout status "statefulset/postgres-$1" --timeout=90s >/dev/null
}
# Not `reset all`: where a replica finds its primary stands in the same file.
set_by_hand="select distinct name from pg_file_settings where sourcefile like '%postgresql.auto.conf'
    and name not in ('primary_conninfo', 'primary_slot_name', 'restore_command', 'recovery_target_timeline')"
# On the primary alone: the others follow.
# shellcheck disable=SC2016  # the dollars are PostgreSQL's
roles='do $$ declare s record; begin
    if pg_is_in_recovery() then return; end if;
    for s in select rolname, datname from pg_db_role_setting
        left join pg_roles r on r.oid = setrole left join pg_database d on d.oid = setdatabase
    loop
        execute case
            when s.rolname is null then format($f$alter database %I reset all$f$, s.datname)
            when s.datname is null then format($f$alter role %I reset all$f$, s.rolname)
            else format($f$alter role %I in database %I reset all$f$, s.rolname, s.datname) end;
    end loop;
end $$'
for dc in dc-1 dc-2 dc-3; do
    sql "$dc" "$roles"
    for name in $(sql "$dc" "$set_by_hand"); do sql "$dc" "alter system reset \"$name\""; done
    sql "$dc" "select pg_reload_conf()" >/dev/null
done
# The postmaster reads its files a moment after it is told.
sleep 0.5
waiting=""
for dc in dc-1 dc-2 dc-3; do
    if [ "$(sql "$dc" "select count(*) from pg_settings where pending_restart")" != 0 ]; then waiting="$waiting $dc"; fi
done
for dc in $waiting; do
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
