#!/bin/sh
# Takes back what ALTER SYSTEM set on each PostgreSQL server, and restarts those whose settings wait for a restart; and what
# was set for roles and databases, which no chart does. Files that the chart put back have reached a server before it is told to read them.
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
visit='[ "$(cat /etc/postgresql/postgresql.conf /etc/postgresql/pg_hba.conf | cksum)" = "$wanted" ] || exit 9
psql -U postgres -AtXq -v ON_ERROR_STOP=1 >/dev/null <<"SQL"
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
wanted=$(kubectl get configmap postgres -o 'jsonpath={.data.postgresql\.conf}{.data.pg_hba\.conf}' | cksum)
# A changed config map reaches a pod when the kubelet looks at it next, after a minute and more; at once where the pod itself changes.
look() {
    tries=0
    while :; do
        code=0
        printf "wanted='%s'\n%s\n" "$wanted" "$visit" | kubectl exec -i "postgres-$1-0" -- sh -eu 2>"$answers/$1.said" || code=$?
        [ "$code" = 9 ] || break
        tries=$((tries + 1))
        if [ "$tries" -gt 30 ]; then
            echo "the files of ConfigMap postgres do not reach postgres-$1-0" >"$answers/$1.said"
            break
        fi
        kubectl annotate pod "postgres-$1-0" --overwrite "settings-looked-at=$tries" >/dev/null
        sleep 1
    done
    [ "$tries" = 0 ] || kubectl annotate pod "postgres-$1-0" settings-looked-at- >/dev/null
    [ "$code" = 0 ] || cat "$answers/$1.said" >&2
    return "$code"
}
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT
visits=""
for dc in dc-1 dc-2 dc-3; do
    look "$dc" >"$answers/$dc" &
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
