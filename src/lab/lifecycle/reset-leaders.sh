#!/bin/sh
# Makes dc-1 lead again, PostgreSQL and Redis, whoever leads now: no chart says who does after the first start. What the leader
# has is what stays; a server that does not follow it is built anew from it. Where all is as after `up`, nothing is touched.
#
# **Invariant**: a data folder is emptied only while another server is known to lead and to have its own.
# shellcheck disable=SC2016  # most dollars are for the shell in a container
set -eu
sql() { kubectl exec "postgres-$1-0" -- psql -U postgres -AtXqc "$2"; }
leads() { [ "$(sql "$1" "select pg_is_in_recovery()")" = f ]; }
follows() { [ "$(sql "$2" "select count(*) from pg_stat_replication where state = 'streaming' and application_name = 'postgres-$1'")" = 1 ]; }
role() { kubectl label pod "$1" "role=$2" --overwrite >/dev/null; }
give_up() { echo "$1" >&2; exit 1; }
# wait_for SECONDS WHAT COMMAND…
wait_for() {
    left=$1 what=$2
    shift 2
    until "$@" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || give_up "$what"
        sleep 1
    done
}
# A container of its own that waits, with PostgreSQL down. A pod and not its container is started anew: Kubernetes lets a
# container that ends often wait for minutes.
down() {
    # One that has just ended has the file already.
    kubectl exec "postgres-$1-0" -- touch /var/lib/postgresql/maintenance 2>/dev/null || :
    kubectl delete pod "postgres-$1-0" --grace-period=1 >/dev/null
    wait_for 60 "postgres-$1-0 does not start" kubectl exec "postgres-$1-0" -- test -e /var/lib/postgresql/maintenance
    role "postgres-$1-0" replica
}
begin() { kubectl exec "postgres-$1-0" -- rm /var/lib/postgresql/maintenance; }

redis() { kubectl exec "redis-$1-0" -- redis-cli info replication | tr -d '\r'; }
# Most often all is well, and each question costs a fifth of a second.
roles=$(kubectl get pods -l role=primary -o 'jsonpath={.items[*].metadata.name}')
both="select not pg_is_in_recovery() and count(*) = 2 from pg_stat_replication where state = 'streaming' and application_name in ('postgres-dc-2', 'postgres-dc-3')"
if [ "$roles" = "postgres-dc-1-0 redis-dc-1-0" ] && [ "$(sql dc-1 "$both")" = t ]; then
    case $(redis dc-1) in *role:master*connected_slaves:1*) exit 0 ;; esac
fi

# Whoever is told to lead and does; else whoever does. Of two, the one promoted last, by the number of its timeline: a pod that is made
# anew is told what its chart says, also when another server was promoted meanwhile.
leader="" best=0
for dc in dc-3 dc-2 dc-1; do
    leads "$dc" || continue
    rank=$(sql "$dc" "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int")
    case " $roles " in *" postgres-$dc-0 "*) rank=$((rank + 1000)) ;; esac
    if [ "$rank" -ge "$best" ]; then best=$rank leader=$dc; fi
done
[ "$leader" ] || give_up "no PostgreSQL server takes writes: promote one (kubectl exec postgres-dc-1-0 -- psql -U postgres -c 'select pg_promote()')"

done=""
if [ "$leader" != dc-1 ]; then
    down dc-1
    # The copy has the leader's own settings: where that one streamed from, and by which slot.
    kubectl exec -i postgres-dc-1-0 -- env LEADER="postgres-$leader" sh -eu >/dev/null <<'IN'
rm -rf "$PGDATA" "$PGDATA.new"
PGPASSWORD=$REPLICATION_PASSWORD pg_basebackup -D "$PGDATA.new" -X stream -c fast --no-sync \
  -d "host=$LEADER user=replicator application_name=postgres-dc-1 connect_timeout=3"
from="host=$LEADER user=replicator passfile=/var/run/postgresql/pgpass application_name=postgres-dc-1 connect_timeout=3"
echo "primary_conninfo = '$from'" > "$PGDATA.new/postgresql.auto.conf"
touch "$PGDATA.new/standby.signal"
mv "$PGDATA.new" "$PGDATA"
IN
    begin dc-1
    wait_for 60 "postgres-dc-1 does not follow postgres-$leader" follows dc-1 "$leader"
    # A server that stops in good order waits until those who follow it have everything. Its container ends with it, and so does
    # whoever told it to: 137.
    kubectl exec "postgres-$leader-0" -- sh -c 'touch /var/lib/postgresql/maintenance; pg_ctl -D "$PGDATA" -m fast -t 30 stop' >/dev/null 2>&1 ||
        [ $? = 137 ] || give_up "postgres-$leader does not stop"
    sql dc-1 "select pg_promote()" >/dev/null
    wait_for 30 "postgres-dc-1 is not promoted" leads dc-1
    sql dc-1 "alter system reset primary_conninfo" >/dev/null
    for dc in dc-2 dc-3; do
        slot="postgres_dc_${dc#dc-}"
        sql dc-1 "select pg_create_physical_replication_slot('$slot', true) where not exists (select from pg_replication_slots where slot_name = '$slot')" >/dev/null
    done
    # What was archived before belongs to another history: a restore begins here.
    kubectl exec postgres-dc-1-0 -- sh -c 'rm -rf /var/lib/archive/base/initial; base-backup initial' >/dev/null
    done="PostgreSQL leads from dc-1 again, "
fi
role postgres-dc-1-0 primary
for dc in dc-2 dc-3; do
    if ! follows "$dc" dc-1; then
        down "$dc"
        kubectl exec "postgres-$dc-0" -- sh -c 'rm -rf "$PGDATA" "$PGDATA.new"'
        begin "$dc"
        wait_for 60 "postgres-$dc does not follow postgres-dc-1" follows "$dc" dc-1
        done="${done}postgres-$dc is built anew, "
    fi
    role "postgres-$dc-0" replica
done

redis_leads() { redis dc-1 | grep -q '^role:master'; }
redis_follows() { redis dc-1 | grep -q '^connected_slaves:1'; }
# A sentinel refuses while another failover goes on, and for a while after it.
redis_back() {
    redis_leads && return
    kubectl exec redis-sentinel-dc-1-0 -- redis-cli -p 26379 sentinel failover shop >/dev/null
    sleep 3
    redis_leads
}
if ! redis_leads; then
    wait_for 60 "Redis does not lead from dc-1" redis_back
    done="${done}Redis leads from dc-1 again, "
fi
# A sentinel tells a replica whom to follow only minutes after a failover that came soon after another one.
redis_follows || kubectl exec redis-dc-2-0 -- redis-cli replicaof redis-dc-1 6379 >/dev/null
wait_for 30 "redis-dc-2 does not follow redis-dc-1" redis_follows
role redis-dc-1-0 primary
role redis-dc-2-0 replica
echo "${done%, }"
