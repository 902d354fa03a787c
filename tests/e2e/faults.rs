//! Every fault on the real cluster: seen to bite by an independent client, renewed while droplab lives, ended by its expiry when
//! droplab is killed with SIGKILL, and nothing left afterwards.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::droplab::{finish, run, sh, start};

/// Until a fault ends when nobody renews it: short, so that a test is.
const TTL: Duration = Duration::from_secs(4);
/// How late a probe may notice: what it takes to look.
const LOOK: Duration = Duration::from_secs(5);

/// Wait until the symptom is there, or gone.
fn wait(symptom: &str, there: bool, deadline: Duration) -> Duration {
    let began = Instant::now();
    while sh(symptom).0 != there {
        assert!(began.elapsed() < deadline, "{symptom}: not {there} after {:?}", began.elapsed());
        thread::sleep(Duration::from_millis(100));
    }
    began.elapsed()
}

/// `symptom` is a script that succeeds while the fault is felt.
fn ends_by_itself(fault: &[&str], symptom: &str) {
    ends_within(TTL, fault, symptom);
}

fn ends_within(time_to_live: Duration, fault: &[&str], symptom: &str) {
    wait(symptom, false, Duration::from_secs(60));
    let ttl = format!("{}s", time_to_live.as_secs());
    let mut held = start(&[&["fault", "inject"], fault, &["--ttl", &ttl]].concat());
    wait(symptom, true, Duration::from_secs(30));
    // Longer than its time to live: it was renewed.
    thread::sleep(time_to_live + Duration::from_secs(1));
    assert!(sh(symptom).0, "{fault:?} ended while droplab lived");
    held.kill().unwrap();
    held.wait().unwrap();
    let took = wait(symptom, false, time_to_live + Duration::from_secs(1) + LOOK);
    println!("{}: gone {:.1} s after SIGKILL, time to live {ttl}", fault[0], took.as_secs_f64());
    run(&["heal"], Duration::from_secs(120)).expect_code(0);

    leaves_nothing(fault, symptom);
}

/// For what lives in what the person owns: it outlives droplab, and `heal` takes it back.
fn stays_until_healed(fault: &[&str], symptom: &str) {
    wait(symptom, false, Duration::from_secs(60));
    let mut held = start(&[&["fault", "inject"], fault].concat());
    wait(symptom, true, Duration::from_secs(60));
    held.kill().unwrap();
    held.wait().unwrap();
    thread::sleep(Duration::from_secs(1));
    assert!(sh(symptom).0, "{fault:?} ended with droplab");
    run(&["heal"], Duration::from_secs(180)).expect_code(0);
    wait(symptom, false, Duration::from_secs(60));
    leaves_nothing(fault, symptom);
}

/// The ordinary end: told to stop, it heals and proves that nothing is left.
fn leaves_nothing(fault: &[&str], symptom: &str) {
    let told = run(&[&["fault", "inject", "--json"], fault, &["--for", "1s"]].concat(), Duration::from_secs(180));
    let told = told.expect_code(0).json();
    assert_eq!(told["residue"].as_array().map(Vec::len), Some(0), "{told}");
    wait(symptom, false, Duration::from_secs(30));
}

const BUY: &str = r#"! curl -fsS --max-time 2 -H 'content-type: application/json' -H "Idempotency-Key: e2e-$RANDOM$RANDOM" -d '{"account": "e2e", "amount_cents": 100, "method": "wallet"}' $SHOP_URL/payments"#;
const BROWSE: &str = "! curl -fsS --max-time 1.5 -o /dev/null $SHOP_URL/products";

#[test]
fn f01_cut_link() {
    ends_by_itself(&["cut-link", "--from", "storefront", "--to", "catalog"], BROWSE);
    // One server of three, asked by the Service of its own as those do who copy it; the others are still there.
    let one = "ask() { kubectl exec postgres-dc-3-0 -- pg_isready -q -t 1 -h postgres-$1; }; ! ask dc-1 && ask dc-2";
    ends_by_itself(&["cut-link", "--from", "postgres@dc-3", "--to", "postgres@dc-1"], one);
}

#[test]
fn f02_cut_link_reset_answers_at_once() {
    let quick = "began=$(date +%s%N); ! curl -fsS --max-time 1.5 -o /dev/null $SHOP_URL/products && [ $(( ($(date +%s%N) - began) / 1000000 )) -lt 1000 ]";
    ends_by_itself(&["cut-link", "--from", "storefront", "--to", "catalog", "--mode", "reset"], quick);
}

#[test]
fn f03_lose_packets() {
    ends_by_itself(&["lose-packets", "--from", "storefront", "--to", "catalog", "--share", "95%"], BROWSE);
}

#[test]
fn f04_limit_bandwidth() {
    ends_by_itself(&["limit-bandwidth", "--from", "nginx", "--kilobytes", "1", "--direction", "out"], &many("3"));
}

/// Twenty answers side by side take longer than this many seconds: they do not fit through the door.
fn many(seconds: &str) -> String {
    format!(
        "! timeout {seconds} bash -c 'for i in $(seq 20); do curl -fsS --max-time 10 -o /dev/null $SHOP_URL/products & done; wait'"
    )
}

#[test]
fn f05_fail_dns() {
    ends_by_itself(
        &["fail-dns", "--from", "storefront", "--mode", "reset"],
        "! timeout 8 kubectl exec deployment/storefront -- getent hosts payment.shop.svc.cluster.local",
    );
}

#[test]
fn f06_freeze_pod() {
    ends_by_itself(&["freeze-pod", "--target", "catalog"], BROWSE);
}

/// What PostgreSQL of dc-3 answers when a node asks whether it speaks TLS: `open` when its machine takes the connection, and a letter
/// when the server itself answers.
fn asked_from(node: &str) -> String {
    let ask = r#"exec 3<>/dev/tcp/$0/5432 && echo -n open && printf "\0\0\0\010\004\322\026\057" >&3 && head -c 1 <&3"#;
    format!(
        "$(ip=$(kubectl get pod postgres-dc-3-0 -o jsonpath='{{.status.podIP}}'); docker exec $DROPLAB_LAB-{node} timeout 2 bash -c '{ask}' $ip 2>/dev/null)"
    )
}

#[test]
fn f07_freeze_zone() {
    // Its kernel takes the connection, and nobody is there to answer: a network that is cut would not take it.
    let mute = format!("test \"{}\" = open && test \"{}\" = open", asked_from("worker2"), asked_from("worker3"));
    ends_by_itself(&["freeze-zone", "--zone", "dc-3"], &mute);
}

#[test]
fn f08_cut_zone() {
    // Its own node is answered, and another one reaches nothing: what is frozen would answer nobody.
    let apart = format!("test -z \"{}\" && test \"{}\" = openN", asked_from("worker2"), asked_from("worker3"));
    ends_by_itself(&["cut-zone", "--zone", "dc-3"], &apart);
}

/// What the kernel has counted for the pod of the notifications, as its node's cgroups tell: `used`, microseconds of processor time,
/// and `held`, bytes of memory that no file stands behind.
const COUNTED: &str = r#"
eval "$(kubectl get pods -l app.kubernetes.io/name=notification --field-selector=status.phase=Running -o jsonpath='uid={.items[0].metadata.uid} node={.items[0].spec.nodeName}')"
counted() {
    docker exec $node sh -euc '
        of() { find $1 -type d \( -name "pod$2" -o -name "*pod$(echo $2 | tr - _).slice" \) 2>/dev/null | head -n 1; }
        case $1 in
        used) d=$(of /sys/fs/cgroup/cpuacct $2)
            if [ -n "$d" ]; then echo $(($(cat $d/cpuacct.usage) / 1000)); else awk "/^usage_usec/ { print \$2 }" $(of /sys/fs/cgroup $2)/cpu.stat; fi ;;
        held) d=$(of /sys/fs/cgroup/memory $2); [ -n "$d" ] || d=$(of /sys/fs/cgroup $2)
            awk "/^(total_rss|anon) / { print \$2 }" $d/memory.stat ;;
        esac' sh $1 $uid
}
"#;

#[test]
fn f09_burn_cpu() {
    // A third of a processor; what the service does by itself is a hundredth.
    let burning = format!("{COUNTED}a=$(counted used); sleep 1; b=$(counted used); test $((b - a)) -gt 333000");
    ends_by_itself(&["burn-cpu", "--target", "notification"], &burning);
}

#[test]
fn f10_fill_memory() {
    let (known, before) = sh(&format!("{COUNTED}counted held"));
    assert!(known, "the kernel tells no memory of the pod: {before}");
    let before: u64 = before.parse().unwrap_or_else(|_| panic!("`{before}` is no number of bytes"));
    let filled = format!("{COUNTED}test $(counted held) -gt {}", before + (30 << 20));
    ends_by_itself(&["fill-memory", "--target", "notification", "--mebibytes", "40"], &filled);
}

#[test]
fn f11_hold_lock() {
    let locked = "! psql -AtXqc 'set lock_timeout = 500' -c 'select 1 from payment.ledger limit 1'";
    ends_by_itself(&["hold-lock", "--table", "payment.ledger"], locked);
}

#[test]
fn f12_exhaust_connections() {
    // All but the places that are kept for superusers.
    let full = "test $(psql -AtXqc 'select count(*) from pg_stat_activity') -ge 190";
    ends_by_itself(&["exhaust-connections"], full);
}

#[test]
fn f13_long_transaction() {
    let open = "test $(psql -AtXqc \"select count(*) from pg_stat_activity where state = 'idle in transaction' and backend_xmin is not null\") -ge 1";
    ends_by_itself(&["long-transaction"], open);
}

#[test]
fn f14_pause_redis() {
    ends_by_itself(&["pause-redis"], "! timeout 2 redis-cli set e2e 1");
}

#[test]
fn f15_crash_loop_ends_with_droplab() {
    let restarts = "kubectl get pods -l app.kubernetes.io/name=notification -o jsonpath='{.items[0].status.containerStatuses[0].restartCount}'";
    let before = sh(restarts).1;
    let mut held =
        start(&["fault", "inject", "crash-loop", "--target", "notification", "--every", "2s", "--ttl", "4s"]);
    wait(&format!("test \"$({restarts})\" -gt {before}"), true, Duration::from_secs(60));
    held.kill().unwrap();
    held.wait().unwrap();
    thread::sleep(TTL + Duration::from_secs(1));
    let helpers = "for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do docker exec $n sh -c 'ls -d /run/node-tasks/x*/*' && exit 0; done; false";
    assert!(!sh(helpers).0, "a helper outlived its time to live");
    // Kubernetes' back-off, which may last for minutes, is ended by the heal.
    run(&["heal"], Duration::from_secs(120)).expect_code(0);
    wait("kubectl rollout status deployment/notification --timeout=1s", true, Duration::from_secs(30));
}

#[test]
fn f16_what_is_over_at_once() {
    let uid = "kubectl get pods -l app.kubernetes.io/name=catalog -o jsonpath='{.items[0].metadata.uid}'";
    let before = sh(uid).1;
    run(&["fault", "inject", "kill-pod", "--target", "catalog"], Duration::from_secs(60)).expect_code(0);
    wait(&format!("test \"$({uid})\" != {before}"), true, Duration::from_secs(30));
    wait(BROWSE, false, Duration::from_secs(60));
    let oldest = "select min(backend_start) from pg_stat_activity where usename = 'shop'";
    let before = sh(&format!("psql -AtXqc \"{oldest}\"")).1;
    run(&["fault", "inject", "kill-backends"], Duration::from_secs(60)).expect_code(0);
    assert_ne!(sh(&format!("psql -AtXqc \"{oldest}\"")).1, before);
}

#[test]
fn f17_what_the_person_owns_stays_until_it_is_healed() {
    let replicas = "kubectl get deployment catalog -o jsonpath='{.spec.replicas}'";
    let mut held = start(&["fault", "inject", "scale", "--service", "catalog", "--replicas", "0"]);
    wait(&format!("test \"$({replicas})\" = 0"), true, Duration::from_secs(30));
    held.kill().unwrap();
    held.wait().unwrap();
    assert!(run(&["fault", "list", "--active"], Duration::from_secs(20)).stdout.contains("catalog to 0 replicas"));
    // Two faults that fight over one target are refused, and so is a run on a lab with a fault in it.
    let second = run(&["fault", "inject", "scale", "--service", "catalog", "--replicas", "3"], Duration::from_secs(30));
    assert!(second.expect_code(2).stderr.contains("belongs to fault"));
    run(&["run", "payment-pool-exhaustion"], Duration::from_secs(30)).expect_code(4);
    run(&["heal"], Duration::from_secs(120)).expect_code(0);
    assert_eq!(sh(replicas).1, "1");
    wait(BROWSE, false, Duration::from_secs(60));
}

#[test]
fn f18_ctrl_c_heals_and_another_process_can_heal_it() {
    let mut held = start(&["fault", "inject", "cut-link", "--from", "storefront", "--to", "catalog"]);
    wait(BROWSE, true, Duration::from_secs(30));
    let pid = held.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    finish(held, Duration::from_secs(60)).expect_code(130);
    wait(BROWSE, false, Duration::from_secs(10));

    held = start(&["fault", "inject", "cut-link", "--from", "storefront", "--to", "catalog", "--ttl", "6s"]);
    wait(BROWSE, true, Duration::from_secs(30));
    let active = run(&["fault", "list", "--json"], Duration::from_secs(20)).expect_code(0).json();
    let id = active["active"][0]["id"].as_str().unwrap().to_owned();
    run(&["fault", "heal", &id], Duration::from_secs(60)).expect_code(0);
    wait(BROWSE, false, Duration::from_secs(10));
    // The one that held it notices, and does not put it in again.
    finish(held, Duration::from_secs(30)).expect_code(0);
    assert!(!sh(BROWSE).0);
}

#[test]
fn f19_a_payment_cannot_be_made_while_the_ledger_is_cut_off() {
    ends_by_itself(&["cut-link", "--from", "payment", "--to", "postgres"], BUY);
}

#[test]
fn f20_fail_dns_for_chosen_names() {
    let resolves = |name: &str| {
        format!("timeout 8 kubectl exec deployment/storefront -- getent hosts {name}.shop.svc.cluster.local")
    };
    let only = format!("! {} && {}", resolves("payment"), resolves("catalog"));
    ends_by_itself(&["fail-dns", "--from", "storefront", "--names", "payment,bank", "--mode", "reset"], &only);
}

#[test]
fn f21_stop_node() {
    // A port of the node's kernel, asked from another node: a frozen kubelet's would still be opened, a machine that is off is silent.
    let silent = "ip=$(kubectl get node $DROPLAB_LAB-worker3 -o jsonpath='{.status.addresses[?(@.type==\"InternalIP\")].address}'); ! docker exec $DROPLAB_LAB-worker2 timeout 1 bash -c \"</dev/tcp/$ip/10250\"";
    ends_by_itself(&["stop-node", "--zone", "dc-3"], silent);
}

#[test]
fn f22_flush_redis_brings_the_keys_back_and_keeps_newer_ones() {
    assert!(sh("redis-cli set e2e-old 1 && redis-cli set e2e-both old").0);
    stays_until_healed(&["flush-redis"], "test -z \"$(redis-cli get e2e-old)\"");
    let mut held = start(&["fault", "inject", "flush-redis"]);
    wait("test -z \"$(redis-cli get e2e-old)\"", true, Duration::from_secs(30));
    assert!(sh("redis-cli set e2e-both new").0);
    held.kill().unwrap();
    held.wait().unwrap();
    run(&["heal"], Duration::from_secs(60)).expect_code(0);
    assert_eq!(sh("redis-cli get e2e-old; redis-cli get e2e-both; redis-cli del e2e-old e2e-both").1, "1\nnew\n2");
}

#[test]
fn f23_shrink_memory() {
    stays_until_healed(&["shrink-memory", "--mebibytes", "1"], "redis-cli set e2e 1 2>&1 | grep -q OOM");
}

#[test]
fn f24_shrink_retention_deletes_what_is_older() {
    let earliest = "kafka-get-offsets.sh --bootstrap-server $KAFKA_BROKERS --topic orders.placed --time earliest | awk -F: '{ n += $3 } END { print n }'";
    let before = sh(earliest).1;
    let short = "kafka-configs.sh --bootstrap-server $KAFKA_BROKERS --describe --topic orders.placed | grep -q retention.ms=1000";
    let fault = ["shrink-retention", "--topic", "orders.placed", "--retention", "1s"];
    let mut held = start(&[&["fault", "inject"], &fault[..]].concat());
    wait(short, true, Duration::from_secs(60));
    wait(&format!("test \"$({earliest})\" -gt {before}"), true, Duration::from_secs(60));
    held.kill().unwrap();
    held.wait().unwrap();
    run(&["heal"], Duration::from_secs(60)).expect_code(0);
    wait(short, false, Duration::from_secs(20));
    leaves_nothing(&fault, short);
}

#[test]
fn f25_move_leader() {
    // A broker that was away leads nothing for some minutes: as the trade does it, who should lead leads first.
    sh(
        "kafka-leader-election.sh --bootstrap-server $KAFKA_BROKERS --election-type preferred --topic orders.paid --partition 0",
    );
    let leader = "kafka-topics.sh --bootstrap-server $KAFKA_BROKERS --describe --topic orders.paid | grep -o 'Partition: 0.*Leader: [0-9]*'";
    let before = sh(leader).1;
    assert!(before.starts_with("Partition: 0"), "{before}");
    stays_until_healed(
        &["move-leader", "--topic", "orders.paid", "--partition", "0"],
        &format!("now=$({leader}); test -n \"$now\" && test \"$now\" != '{before}'"),
    );
}

#[test]
fn f26_stop_broker() {
    stays_until_healed(&["stop-broker", "--zone", "dc-3"], "! kubectl get pod kafka-dc-3-0");
    run(&["reset"], Duration::from_secs(180)).expect_code(0);
}

#[test]
fn f27_pause_consumer() {
    let idle = "test \"$(kafka-consumer-groups.sh --bootstrap-server $KAFKA_BROKERS --describe --group notification | grep -c shop-old)\" = 5";
    ends_within(
        Duration::from_secs(6),
        &["pause-consumer", "--group", "notification", "--topic", "orders.placed"],
        idle,
    );
}

#[test]
fn f28_slow_disk() {
    // A transaction with 4 MB of WAL, synced at its commit.
    let commit = "! timeout 3 psql -AtXqc \"select pg_logical_emit_message(true, 'e2e', string_agg(md5(n::text), '')) from generate_series(1, 125000) n\"";
    ends_by_itself(&["slow-disk", "--target", "postgres@dc-1", "--kilobytes", "500"], commit);
}

#[test]
fn f29_surge_load() {
    let rows = "psql -AtXqc 'select count(*) from payment.ledger'";
    let busy = format!("a=$({rows}); sleep 1; b=$({rows}); test $((b - a)) -gt 50");
    ends_by_itself(&["surge-load", "--payment", "100/s"], &busy);
}

#[test]
fn f30_what_the_machine_cannot_do_is_refused_before_anything_is_touched() {
    let node = "docker exec $DROPLAB_LAB-control-plane";
    assert!(sh(&format!("{node} mv /usr/sbin/nft /usr/sbin/nft.away")).0);
    let told = run(&["fault", "inject", "cut-link", "--from", "payment", "--to", "postgres"], Duration::from_secs(30));
    assert!(sh(&format!("{node} mv /usr/sbin/nft.away /usr/sbin/nft")).0);
    let told = told.expect_code(5);
    assert!(told.stderr.contains("lacks nftables sets with a timeout"), "{}", told.stderr);
    assert!(told.stderr.contains("use instead"), "{}", told.stderr);
    assert!(!run(&["fault", "list", "--active"], Duration::from_secs(20)).stdout.contains("cut-link"));
}

#[test]
fn f31_slow_link() {
    // There and back: twice the delay at least.
    let slow = "began=$(date +%s%N); curl -s --max-time 5 -o /dev/null $SHOP_URL/products; [ $(( ($(date +%s%N) - began) / 1000000 )) -gt 290 ]";
    ends_by_itself(&["slow-link", "--from", "storefront", "--to", "catalog", "--delay", "150ms"], slow);
}

#[test]
fn f32_lose_packets_in_bursts_and_spoil_them() {
    let all = ["--from", "storefront", "--to", "catalog", "--share", "95%", "--correlation", "50%"];
    ends_by_itself(&[&["lose-packets"], &all[..]].concat(), BROWSE);
    ends_by_itself(&[&["corrupt-packets"], &all[..]].concat(), BROWSE);
}

#[test]
fn f33_duplicate_packets() {
    // Counted by the receiver's own TCP: segments that it had already (RFC 2883).
    let twice = r#"seen() { kubectl exec deployment/catalog -- cat /proc/net/netstat | awk '/^TcpExt/ { if (n++) print $at; else for (i = 1; i <= NF; i++) if ($i == "TCPDSACKOldSent") at = i }'; }
a=$(seen); for i in 1 2 3 4 5 6; do curl -fsS --max-time 2 -o /dev/null $SHOP_URL/products; done; b=$(seen); test $((b - a)) -ge 3"#;
    ends_by_itself(&["duplicate-packets", "--from", "storefront", "--to", "catalog", "--share", "100%"], twice);
}

#[test]
fn f34_break_http() {
    // Every other request, and nothing else's.
    let half = r#"n=0; for i in $(seq 12); do [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 $SHOP_URL/products)" = 200 ] || n=$((n + 1)); done; test $n -ge 2"#;
    ends_by_itself(&["break-http", "--target", "catalog", "--status", "503", "--share", "50%"], half);
    // The helper alone is killed: another one stands there at once, and nobody is refused for longer than that.
    let mut held =
        start(&["fault", "inject", "break-http", "--target", "catalog", "--status", "503", "--share", "50%"]);
    wait(half, true, Duration::from_secs(30));
    let kill = "for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do docker exec $n pkill -9 -f 'agent http' && exit 0; done; false";
    assert!(sh(kill).0, "there was a helper");
    let served = "for i in $(seq 12); do curl -fsS --max-time 2 -o /dev/null $SHOP_URL/products && exit 0; sleep 0.2; done; false";
    wait(served, true, Duration::from_secs(3));
    assert!(sh(half).0, "another one does the same");
    held.kill().unwrap();
    held.wait().unwrap();
    run(&["heal"], Duration::from_secs(60)).expect_code(0);

    // One in three at least: a connection that was open before is reset once, which is quick.
    let late = "for i in 1 2 3; do began=$(date +%s%N); curl -s --max-time 5 -o /dev/null $SHOP_URL/products; [ $(( ($(date +%s%N) - began) / 1000000 )) -lt 700 ] || exit 0; done; false";
    ends_by_itself(&["break-http", "--target", "catalog", "--delay", "800ms", "--path", "/products"], late);

    // Whoever does not wait for the answer is told nothing, and has paid all the same.
    let paid_unheard = r#"key="e2e-$(date +%s%N)"; ! curl -fsS --max-time 0.7 -H 'content-type: application/json' -H "Idempotency-Key: $key" -d '{"account": "e2e-late", "amount_cents": 100, "method": "wallet"}' $SHOP_URL/payments && test "$(psql -Atqc "select count(*) from payment.ledger where idempotency_key = '$key' and status = 'captured'")" = 1"#;
    ends_by_itself(&["break-http", "--target", "payment", "--answer-delay", "1500ms"], paid_unheard);

    // Whoever waits for an answer when it is healed gets it at once.
    let mut held = start(&["fault", "inject", "break-http", "--target", "storefront", "--answer-delay", "12s"]);
    wait("! curl -fsS --max-time 1 -o /dev/null $SHOP_URL/products", true, Duration::from_secs(30));
    let waits = thread::spawn(|| sh("curl -fsS --max-time 8 -o /dev/null $SHOP_URL/products"));
    thread::sleep(Duration::from_secs(1));
    held.kill().unwrap();
    held.wait().unwrap();
    run(&["heal"], Duration::from_secs(60)).expect_code(0);
    assert!(waits.join().unwrap().0, "its answer was there, and it was not told");
}

#[test]
fn f35_fill_disk() {
    let free = "kubectl exec postgres-dc-1-0 -- df -Pm /var/lib/postgresql | awk 'NR == 2 { print $4 }'";
    let before: u64 = sh(free).1.parse().unwrap();
    let taken = format!("test $({free}) -lt {}", before - 1500);
    let fault = ["fill-disk", "--target", "postgres@dc-1", "--mebibytes", "2000", "--path", "/var/lib/postgresql"];
    ends_by_itself(&fault, &taken);
    // What would fill the host's disk is not done.
    let all = ["fault", "inject", "fill-disk", "--target", "postgres@dc-1", "--mebibytes", "100000000"];
    let told = run(&all, Duration::from_secs(60)).expect_code(3);
    assert!(told.stderr.contains("are too many"), "{}", told.stderr);
}

#[test]
fn f37_skew_clock() {
    // A client with a clock of its own asks; PostgreSQL and Redis have taken theirs from the kernel in different ways.
    let wrong =
        r#"test $(( $(psql -AtXqc "select extract(epoch from clock_timestamp())::bigint") - $(date +%s) )) -lt -60"#;
    ends_by_itself(&["skew-clock", "--target", "postgres@dc-1", "--offset", "-2m"], wrong);
    let redis = r#"test $(( $(redis-cli time | head -n 1) - $(date +%s) )) -gt 60"#;
    ends_by_itself(&["skew-clock", "--target", "redis@dc-1", "--offset", "+2m"], redis);
}

/// The lab's cluster by its context alone, as any other cluster would be reached: through privileged pods.
#[test]
fn f36_another_cluster_is_touched_only_when_that_is_said_twice() {
    let (context, kubeconfig) = (sh("kubectl config current-context").1, sh("echo $KUBECONFIG").1);
    let lab = format!("context/{context}/shop");
    let outside = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_droplab"));
        command.args(["--lab", &lab]).args(args).env("KUBECONFIG", &kubeconfig);
        command.env("DROPLAB_NODE_SHELL_IMAGE", "droplab/redis:8");
        command
    };
    let cut = ["fault", "inject", "cut-link", "--from", "storefront", "--to", "catalog", "--ttl", "4s"];
    let refused = outside(&cut).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    let beyond = outside(&["fault", "inject", "hold-lock", "--table", "payment.ledger", "--outside-the-lab"]).output();
    let beyond = beyond.unwrap();
    assert_eq!(beyond.status.code(), Some(5), "{}", String::from_utf8_lossy(&beyond.stderr));

    // What has no expiry stays out of somebody's cluster.
    let scale = ["fault", "inject", "scale", "--service", "catalog", "--replicas", "0", "--outside-the-lab"];
    let stays = outside(&scale).output().unwrap();
    assert_eq!(stays.status.code(), Some(5), "{}", String::from_utf8_lossy(&stays.stderr));
    assert!(String::from_utf8_lossy(&stays.stderr).contains("it has no expiry"));

    // The pod through which it was put in is gone at once; what ends it is not in that pod.
    let frozen =
        ["fault", "inject", "freeze-pod", "--target", "catalog", "--ttl", "8s", "--detach", "--outside-the-lab"];
    let let_go = outside(&frozen).output().unwrap();
    assert_eq!(let_go.status.code(), Some(0), "{}", String::from_utf8_lossy(&let_go.stderr));
    wait(BROWSE, true, Duration::from_secs(5));
    wait(BROWSE, false, Duration::from_secs(8) + LOOK);
    assert_eq!(outside(&["heal"]).output().unwrap().status.code(), Some(0));

    let mut held = outside(&cut).arg("--outside-the-lab").spawn().unwrap();
    wait(BROWSE, true, Duration::from_secs(60));
    // Another command comes and goes: it takes its own pods away, and not these.
    let ours = "kubectl get pods -l app.kubernetes.io/managed-by=droplab -o name | sort";
    let pods = sh(ours).1;
    let other = ["fault", "inject", "freeze-pod", "--target", "notification", "--for", "1s", "--outside-the-lab"];
    assert_eq!(outside(&other).output().unwrap().status.code(), Some(0));
    assert_eq!(sh(ours).1, pods);
    thread::sleep(TTL + Duration::from_secs(1));
    assert!(sh(BROWSE).0, "it ended while droplab lived");
    held.kill().unwrap();
    held.wait().unwrap();
    let took = wait(BROWSE, false, TTL + Duration::from_secs(1) + LOOK);
    println!("cut-link in another cluster: gone {:.1} s after SIGKILL, time to live 4s", took.as_secs_f64());
    let healed = outside(&["heal"]).output().unwrap();
    assert_eq!(healed.status.code(), Some(0), "{}", String::from_utf8_lossy(&healed.stderr));
    wait(
        "kubectl get pods -l app.kubernetes.io/managed-by=droplab -o name | grep -q .",
        false,
        Duration::from_secs(30),
    );
}

/// Every kind of setting: seen by the server's own client, there after SIGKILL, set back from another process.
#[test]
fn f38_change_setting() {
    let memory = |value: &str| format!("test \"$(psql -AtXqc 'show work_mem')\" = {value}");
    stays_until_healed(
        &["change-setting", "--of", "postgres", "--name", "work_mem", "--value", "64kB"],
        &memory("64kB"),
    );
    let delay =
        "test \"$(kubectl exec postgres-dc-2-0 -- psql -U postgres -AtXqc 'show recovery_min_apply_delay')\" = 5s";
    let replica = ["--of", "postgres/dc-2", "--name", "recovery_min_apply_delay", "--value", "5s"];
    stays_until_healed(&[&["change-setting"], &replica[..]].concat(), delay);
    let role = "psql -AtXqc \"select rolconfig from pg_roles where rolname = 'shop'\" | grep -q lock_timeout=1234ms";
    let fault = ["change-setting", "--of", "role/shop", "--name", "lock_timeout", "--value", "1234ms"];
    stays_until_healed(&fault, role);
    let clients = "test \"$(redis-cli config get maxclients | tail -n 1)\" = 9000";
    stays_until_healed(&["change-setting", "--of", "redis", "--name", "maxclients", "--value", "9000"], clients);
    let topic = "kafka-configs.sh --bootstrap-server $KAFKA_BROKERS --describe --topic orders.paid | grep -q min.insync.replicas=3";
    let fault = ["change-setting", "--of", "topic/orders.paid", "--name", "min.insync.replicas", "--value", "3"];
    stays_until_healed(&fault, topic);
    let limit = "kubectl get deployment notification -o jsonpath='{.spec.template.spec.containers[0].resources.limits.cpu}' | grep -qx 60m";
    let fault = ["change-setting", "--of", "deployment/notification", "--name", "cpu", "--value", "60m"];
    stays_until_healed(&fault, limit);
}

/// What is read from files: the pods that read it are rolled out anew, and back.
#[test]
fn f39_change_setting_in_a_configuration() {
    let text = |map: &str, wanted: &str| format!("kubectl get {map} -o yaml | grep -q '{wanted}'");
    let dns = ["--of", "coredns", "--name", "Corefile", "--from", "cache 30", "--to", "cache 29", "--restart", "true"];
    stays_until_healed(
        &[&["change-setting"], &dns[..]].concat(),
        &text("-n kube-system configmap coredns", "cache 29"),
    );
    let first = sh("kubectl get configmap nginx -o jsonpath='{.data}' | jq -r 'keys[0]'").1;
    let unknown =
        ["change-setting", "--of", "configmap/nginx", "--name", &first, "--from", "no such text", "--to", "x"];
    let told = run(&[&["fault", "inject"], &unknown[..]].concat(), Duration::from_secs(60)).expect_code(2);
    assert!(told.stderr.contains("is nowhere in"), "{}", told.stderr);
}

/// A setting that takes a restart restarts the server once, and once more on the way back.
#[test]
fn f40_change_setting_with_a_restart() {
    let refused =
        ["fault", "inject", "change-setting", "--of", "postgres/dc-3", "--name", "max_wal_senders", "--value", "12"];
    let told = run(&refused, Duration::from_secs(60)).expect_code(2);
    assert!(told.stderr.contains("restart: true"), "{}", told.stderr);
    let senders = "test \"$(kubectl exec postgres-dc-3-0 -- psql -U postgres -AtXqc 'show max_wal_senders')\" = 12";
    stays_until_healed(&[&refused[2..], &["--restart", "true"]].concat(), senders);
}

/// Rotated in PostgreSQL and in the Secret, and the very hash set back; no journal holds a password.
#[test]
fn f41_a_password_is_rotated_and_stands_in_no_journal() {
    let secret = "kubectl get secret postgres -o jsonpath='{.data.shop-password}' | base64 -d";
    let hash = "psql -AtXqc \"select rolpassword from pg_authid where rolname = 'shop'\"";
    let (password, stored) = (sh(secret).1, sh(hash).1);
    let mut held = start(&["fault", "inject", "change-setting", "--of", "role/shop", "--name", "password"]);
    wait(&format!("test \"$({secret})\" != '{password}'"), true, Duration::from_secs(60));
    let drawn = sh(secret).1;
    let login = |password: &str| format!("PGPASSWORD={password} PGUSER=shop psql -AtXqc 'select 1'");
    wait(&login(&drawn), true, Duration::from_secs(20));
    assert!(!sh(&login(&password)).0, "the password of before still opens the door");
    held.kill().unwrap();
    held.wait().unwrap();
    run(&["heal"], Duration::from_secs(120)).expect_code(0);
    assert_eq!((sh(secret).1, sh(hash).1), (password.clone(), stored));
    for word in [&password, &drawn] {
        let found = format!("grep -rl '{word}' '{}'", ::droplab::home::folder().join("runs").display());
        assert!(!sh(&found).0, "a journal holds a password: {}", sh(&found).1);
    }
}

#[test]
fn f42_start_job() {
    let open = "test $(psql -AtXqc \"select count(*) from pg_stat_activity where application_name = 'orders-report' and state = 'idle in transaction'\") = 1";
    let sql = "begin; select count(*) from orders.orders; \\! sleep 600";
    stays_until_healed(&["start-job", "--name", "orders-report", "--image", "postgres", "--sql", sql], open);
    wait(
        "kubectl get pods -l app.kubernetes.io/name=orders-report -o name | grep -q .",
        false,
        Duration::from_secs(20),
    );
    // What it did can be read, and a statement at work is ended, too.
    let held = start(&[
        "fault",
        "inject",
        "start-job",
        "--name",
        "sums",
        "--image",
        "postgres",
        "--sql",
        "select pg_sleep(600)",
    ]);
    let works = "psql -AtXqc \"select 1 from pg_stat_activity where application_name = 'sums'\" | grep -q 1";
    wait(works, true, Duration::from_secs(60));
    // The session is there a moment before its container's log can be read.
    wait("kubectl logs job/sums | grep -q pg_sleep", true, Duration::from_secs(20));
    assert!(Command::new("kill").args(["-INT", &held.id().to_string()]).status().unwrap().success());
    finish(held, Duration::from_secs(60)).expect_code(130);
    assert!(!sh(works).0, "its session is still there");
}

#[test]
fn f43_send_record() {
    let ends = "kafka-get-offsets.sh --bootstrap-server $KAFKA_BROKERS --topic e2e-letters --time";
    let topic = "kafka-topics.sh --bootstrap-server $KAFKA_BROKERS --topic e2e-letters";
    assert!(sh(&format!("{topic} --create --partitions 1 --replication-factor 3")).0);
    let send =
        ["fault", "inject", "send-record", "--topic", "e2e-letters", "--value", "{not json", "--headers", "a=1,b=2"];
    run(&[&send[..], &["--count", "3", "--remove", "true", "--for", "1s"]].concat(), Duration::from_secs(60))
        .expect_code(0);
    assert_eq!(sh(&format!("{ends} latest; {ends} earliest")).1, "e2e-letters:0:3\ne2e-letters:0:3");
    // Behind another one it stays.
    run(&send, Duration::from_secs(60)).expect_code(0);
    run(&[&send[..], &["--remove", "true", "--for", "1s"]].concat(), Duration::from_secs(60)).expect_code(0);
    assert_eq!(sh(&format!("{ends} latest; {ends} earliest")).1, "e2e-letters:0:5\ne2e-letters:0:3");
    assert!(sh(&format!("{topic} --delete")).0);
}

/// Rows, then a whole table; both come back as they were, from another process.
#[test]
fn f44_change_data_brings_back_rows_and_a_dropped_table() {
    assert!(sh("psql -v ON_ERROR_STOP=1 -AtXqc 'drop schema if exists e2e cascade; create schema e2e authorization shop' \
        -c \"create table e2e.goods (id bigserial primary key, name text not null unique, price int check (price > 0)); create index on e2e.goods (price); insert into e2e.goods (name, price) select 'g' || n, n from generate_series(1, 1000) n; alter table e2e.goods owner to shop; grant select on e2e.goods to pg_monitor; create table e2e.other (n int); alter table e2e.other owner to shop\"").0);
    let whole = "psql -AtXqc \"select md5(string_agg(g::text, ',' order by id)) from e2e.goods g\" -c '\\d e2e.goods' -c '\\dp e2e.goods' -c 'select last_value, is_called from e2e.goods_id_seq'";
    let before = sh(whole).1;
    let cheap = "test $(psql -AtXqc 'select count(*) from e2e.goods where price = 1') = 1000";
    stays_until_healed(&["change-data", "--sql", "update e2e.goods set price = 1", "--tables", "e2e.goods"], cheap);
    assert_eq!(sh(whole).1, before);
    let gone = "! psql -AtXqc 'select 1 from e2e.goods limit 1'";
    stays_until_healed(&["change-data", "--sql", "drop table e2e.goods", "--tables", "e2e.goods"], gone);
    assert_eq!(sh(whole).1, before);
    // What reaches further than it says is rolled back, and nothing of it is left.
    for sql in [
        "update e2e.goods set price = 2; insert into e2e.other values (1)",
        "drop table e2e.other",
        "alter table e2e.other add column m int",
        "create table e2e.third (n int)",
        "create function e2e.f() returns int language sql as 'select 1'",
        "commit; drop table e2e.goods",
    ] {
        let beyond = ["fault", "inject", "change-data", "--sql", sql, "--tables", "e2e.goods", "--for", "1s"];
        let told = run(&beyond, Duration::from_secs(60)).expect_code(3);
        assert!(
            told.stderr.contains("as well") || told.stderr.contains("transaction commands"),
            "{sql}: {}",
            told.stderr
        );
        assert_eq!(sh(whole).1, before, "{sql}");
    }
    assert!(sh("psql -AtXqc 'drop schema e2e cascade'").0);
}

/// A person's newer change outlives the heal, is told, and goes back with `reset`.
#[test]
fn f45_what_a_person_changed_since_is_kept() {
    let changed = |fault: &[&str], person: &str, is_theirs: &str, told: &str| {
        let mut held = start(&[&["fault", "inject"], fault].concat());
        let id = format!("{}-2", fault[0]);
        let in_it = || {
            let active = run(&["fault", "list", "--active", "--json"], Duration::from_secs(30)).expect_code(0).json();
            active["active"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|one| one["state"] == "injected" && one["id"].as_str().is_some_and(|name| name.starts_with(&id)))
        };
        let began = Instant::now();
        while !in_it() {
            assert!(began.elapsed() < Duration::from_secs(60), "{fault:?} was never in");
            thread::sleep(Duration::from_millis(300));
        }
        assert!(sh(person).0, "{person}");
        held.kill().unwrap();
        held.wait().unwrap();
        let healed = run(&["heal", "--json"], Duration::from_secs(180)).expect_code(0);
        let kept = healed.json()["kept"].to_string();
        assert!(kept.contains(told), "{fault:?}: {kept}\n{}", healed.stderr);
        assert!(sh(is_theirs).0, "{fault:?}: {is_theirs}");
    };
    let replicas = "test $(kubectl get deployment catalog -o jsonpath='{.spec.replicas}') =";
    let scale = ["scale", "--service", "catalog", "--replicas", "0"];
    changed(
        &scale,
        "kubectl scale deployment/catalog --replicas=2",
        &format!("{replicas} 2"),
        "replicas of deployment/catalog: 2 now",
    );
    let pool = "kubectl get deployment payment -o jsonpath='{.spec.template.spec.containers[0].env}' | grep -q '\"DB_POOL_SIZE\",\"value\":\"40\"'";
    let config = ["change-config", "--service", "payment", "--key", "DB_POOL_SIZE", "--value", "45"];
    changed(
        &config,
        "kubectl set env deployment/payment DB_POOL_SIZE=40",
        pool,
        "DB_POOL_SIZE of deployment/payment: 40 now",
    );
    let setting = ["change-setting", "--of", "postgres", "--name", "work_mem", "--value", "64kB"];
    let memory = "psql -AtXqc \"alter system set work_mem = '128kB'\" -c 'select pg_reload_conf()'";
    changed(
        &setting,
        memory,
        "test \"$(psql -AtXqc 'show work_mem')\" = 128kB",
        "work_mem of PostgreSQL server postgres-dc-1: 128kB now",
    );
    let topic = ["change-setting", "--of", "topic/orders.paid", "--name", "min.insync.replicas", "--value", "3"];
    let alter = "kafka-configs.sh --bootstrap-server $KAFKA_BROKERS --entity-type topics --entity-name orders.paid";
    let is = format!("{alter} --describe | grep -q min.insync.replicas=1");
    changed(
        &topic,
        &format!("{alter} --alter --add-config min.insync.replicas=1"),
        &is,
        "min.insync.replicas of topic orders.paid: 1 now",
    );
    assert!(sh(&format!("{alter} --alter --delete-config min.insync.replicas")).0);
    run(&["reset"], Duration::from_secs(300)).expect_code(0);
    assert!(sh(&format!("{replicas} 1")).0 && !sh(pool).0, "reset puts all back to the charts");
    assert!(sh("test \"$(psql -AtXqc 'show work_mem')\" != 128kB").0);
}
