//! The lab itself: ready, honest about it, closed to the outside, idempotent.

use std::time::Duration;

use crate::droplab::{kubectl, reset, run, sh};

#[test]
fn a1_status_probes_every_component() {
    reset();
    let status = run(&["status", "--json"], Duration::from_secs(20)).expect_code(0).json();
    assert_eq!(status["ready"], true, "{status:#}");
    let names: Vec<_> = status["components"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    for wanted in ["postgres", "kafka", "redis", "nginx", "storefront", "orders", "payment", "fulfilment"] {
        assert!(names.iter().any(|name| name.contains(wanted)), "{wanted} is missing in {names:?}");
    }
    for endpoint in ["shop", "postgres", "redis", "kafka"] {
        assert!(status["endpoints"][endpoint].is_string(), "{status:#}");
    }
}

#[test]
fn a2_a_second_up_takes_seconds() {
    let again = run(&["up"], Duration::from_secs(120)).expect_code(0);
    assert!(again.took < Duration::from_secs(30), "a no-op took {:?}:\n{}", again.took, again.stderr);
}

#[test]
fn a3_an_order_goes_the_whole_way() {
    let shop =
        run(&["status", "--json"], Duration::from_secs(20)).json()["endpoints"]["shop"].as_str().unwrap().to_owned();
    let curl = |args: &[&str]| {
        let output = std::process::Command::new("curl").args(["-sS", "--max-time", "10"]).args(args).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let products: serde_json::Value = serde_json::from_str(&curl(&[&format!("{shop}/products")])).unwrap();
    let sku = first_sku(&products).unwrap_or_else(|| panic!("no sku in {products:#}"));
    let body = format!(r#"{{"items":[{{"sku":"{sku}","quantity":1}}]}}"#);
    let checkout = |key: &str, body: &str| {
        let header = format!("Idempotency-Key: {key}");
        curl(&["-H", "content-type: application/json", "-H", &header, "-d", body, &format!("{shop}/checkout")])
    };
    let first: serde_json::Value = serde_json::from_str(&checkout("e2e-1", &body)).unwrap();
    let again: serde_json::Value = serde_json::from_str(&checkout("e2e-1", &body)).unwrap();
    assert_eq!(first["id"], again["id"], "the same key made two orders: {first} {again}");
    let id = first["id"].as_str().map_or_else(|| first["id"].to_string(), str::to_owned);
    let mut last = String::new();
    for _ in 0..300 {
        last = curl(&[&format!("{shop}/orders/{id}")]);
        if last.contains("delivered")
            && !last.contains(r#""delivered":null"#)
            && !last.contains(r#""delivered_at":null"#)
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("order {id} was never delivered: {last}");
}

fn first_sku(products: &serde_json::Value) -> Option<String> {
    let list = products.as_array().or_else(|| products["products"].as_array())?;
    list.first()?["sku"].as_str().map(str::to_owned)
}

#[test]
fn a4_ports_are_bound_to_loopback_only() {
    let lab = std::env::var("DROPLAB_LAB").unwrap();
    let node = format!("{lab}-control-plane");
    let output = std::process::Command::new("docker").args(["port", &node]).output().unwrap();
    let ports = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(ports.lines().count() >= 7, "{ports}");
    for line in ports.lines() {
        assert!(line.contains("-> 127.0.0.1:"), "bound beyond loopback: {line}");
    }
}

#[test]
fn a5_the_real_clients_answer() {
    let env = run(&["env"], Duration::from_secs(20)).expect_code(0).stdout;
    for (command, wanted) in [
        ("psql -AtXc 'select 40 + 2'", "42"),
        ("redis-cli ping", "PONG"),
        ("kafka-topics.sh --list", "orders"),
        ("kubectl rollout history deployment/payment", "2.8.0"),
    ] {
        let output = std::process::Command::new("bash").arg("-c").arg(format!("{env}\n{command}")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(wanted), "{command}: {text}{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a6_data_is_spread_over_three_data_centres() {
    let zones = kubectl("get nodes -L topology.kubernetes.io/zone --no-headers");
    for zone in ["dc-1", "dc-2", "dc-3"] {
        assert!(zones.contains(zone), "{zones}");
    }
    for service in ["nginx", "storefront", "payment"] {
        let nodes = kubectl(&format!(
            "get pods -l app.kubernetes.io/name={service} --field-selector=status.phase=Running -o custom-columns=NODE:.spec.nodeName --no-headers"
        ));
        let apart: std::collections::BTreeSet<_> = nodes.split_whitespace().collect();
        assert!(apart.len() >= 2, "both pods of {service} are in one data centre: {nodes}");
    }
    // A replica that an earlier test cut off is given the time to come back.
    let streaming = "exec postgres-dc-1-0 -- psql -U postgres -AtXc 'select count(*) from pg_stat_replication where state = $$streaming$$'";
    let began = std::time::Instant::now();
    while kubectl(streaming).trim() != "2" {
        assert!(began.elapsed() < Duration::from_mins(3), "streaming replicas: {}", kubectl(streaming));
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Helm installs the charts without asking the cluster's schema, because that is slow: a misspelt field would be lost in silence.
#[test]
fn a7_the_charts_are_what_the_cluster_knows() {
    let strict = "kubectl apply --server-side --force-conflicts --dry-run=server --validate=strict -f - 2>&1";
    let charts = std::fs::read_dir("charts").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut count = 0;
    for chart in charts.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()) {
        let rendered = format!(
            "helm template {chart} charts/{chart} --namespace shop --set global.portBase=28000,global.storageClass=lab"
        );
        let (well, said) = sh(&format!("set -o pipefail; {rendered} | {strict}"));
        assert!(well, "{chart}: {said}");
        count += 1;
    }
    assert_eq!(count, 6, "a chart more or less: is it installed, and is it checked?");
    let misspelt = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: nginx}\ndatta: {}\n";
    let (well, said) = sh(&format!("printf '{misspelt}' | {strict}"));
    assert!(!well && said.contains("datta"), "a misspelt field passes this test: {said}");
}

/// A run on a lab that is not whole spent its baseline, and said UNKNOWN.
#[test]
fn a8_a_run_on_a_lab_that_is_not_whole_is_refused_and_told_what_mends_it() {
    kubectl("scale deployment/catalog --replicas=0");
    let ill = run(&["run", "payment-pool-exhaustion", "--fix", "reference"], Duration::from_secs(30)).expect_code(3);
    for wanted in ["DL-LAB-NOT-READY", "catalog", "droplab reset"] {
        assert!(ill.stderr.contains(wanted), "{wanted} is not in:\n{}", ill.stderr);
    }
    reset();
    run(&["status"], Duration::from_secs(20)).expect_code(0);
}
