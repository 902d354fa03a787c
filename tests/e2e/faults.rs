//! Every fault on the real cluster: seen to bite by an independent client, renewed while droplab lives, ended by its dead-man when
//! droplab is killed with SIGKILL, and nothing left afterwards.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::droplab::{finish, run, start};

/// Until a fault ends when nobody renews it: short, so that a test is.
const TTL: Duration = Duration::from_secs(4);
/// How late a probe may notice: what it takes to look.
const LOOK: Duration = Duration::from_secs(5);

/// A shell with the lab's variables; whether it ended well, and what it printed.
fn sh(script: &str) -> (bool, String) {
    static ENV: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let env = ENV.get_or_init(|| run(&["env"], Duration::from_secs(20)).expect_code(0).stdout);
    let output = Command::new("timeout").args(["20", "bash", "-c", &format!("{env}\n{script}")]).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

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
    wait(symptom, false, Duration::from_secs(60));
    let ttl = format!("{}s", TTL.as_secs());
    let mut held = start(&[&["fault", "inject"], fault, &["--ttl", &ttl]].concat());
    wait(symptom, true, Duration::from_secs(30));
    // Longer than its time to live: it was renewed.
    thread::sleep(TTL + Duration::from_secs(1));
    assert!(sh(symptom).0, "{fault:?} ended while droplab lived");
    held.kill().unwrap();
    held.wait().unwrap();
    let took = wait(symptom, false, TTL + Duration::from_secs(1) + LOOK);
    println!("{}: gone {:.1} s after SIGKILL, time to live {ttl}", fault[0], took.as_secs_f64());
    run(&["heal"], Duration::from_secs(120)).expect_code(0);

    // The ordinary end: told to stop, it heals and proves that nothing is left.
    let told = run(&[&["fault", "inject", "--json"], fault, &["--for", "1s"]].concat(), Duration::from_secs(60));
    let told = told.expect_code(0).json();
    assert_eq!(told["residue"].as_array().map(Vec::len), Some(0), "{told}");
    wait(symptom, false, Duration::from_secs(30));
}

const BUY: &str = r#"! curl -fsS --max-time 2 -H 'content-type: application/json' -H "Idempotency-Key: e2e-$RANDOM$RANDOM" -d '{"account": "e2e", "amount_cents": 100, "method": "wallet"}' $SHOP_URL/payments"#;
const BROWSE: &str = "! curl -fsS --max-time 1.5 -o /dev/null $SHOP_URL/products";

#[test]
fn f01_cut_link() {
    ends_by_itself(&["cut-link", "--from", "storefront", "--to", "catalog"], BROWSE);
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

#[test]
fn f07_freeze_zone() {
    ends_by_itself(&["freeze-zone", "--zone", "dc-3"], "! timeout 2 kubectl exec postgres-dc-3-0 -- true");
}

#[test]
fn f08_cut_zone() {
    ends_by_itself(&["cut-zone", "--zone", "dc-3"], "! timeout 2 kubectl exec postgres-dc-3-0 -- true");
}

#[test]
fn f09_burn_cpu() {
    // Counted in the nodes, by their own process list.
    let burning = "for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do docker exec $n pgrep -f '^sh -c for h in .*while :; do :; done' && exit 0; done; false";
    ends_by_itself(&["burn-cpu", "--target", "notification"], burning);
}

#[test]
fn f10_fill_memory() {
    let filled = "for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do docker exec $n pgrep -f 'perl.*16 [*] 1048576' && exit 0; done; false";
    ends_by_itself(&["fill-memory", "--target", "notification", "--mebibytes", "16"], filled);
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
    let helpers = "for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do docker exec $n sh -c 'ls -d /run/droplab/*/*' && exit 0; done; false";
    assert!(!sh(helpers).0, "a helper outlived its time to live");
    run(&["heal"], Duration::from_secs(120)).expect_code(0);
    run(&["reset"], Duration::from_secs(180)).expect_code(0);
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
