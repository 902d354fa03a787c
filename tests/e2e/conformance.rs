//! DESIGN's conformance of a scenario, on the headline incident: healthy passes, the fault bites, doing nothing fails,
//! the reference fix passes, each cheat fails.

use serde_json::Value;

use crate::droplab::{incident, kubectl};

/// What a failing test needs of a verdict: the findings that did not pass, and the numbers.
fn in_short(verdict: &Value) -> String {
    let findings = verdict["findings"].as_array().into_iter().flatten().filter(|f| f["truth"] != "pass");
    let lines: Vec<_> = findings.map(|f| format!("{} {}: {}", f["truth"], f["expectation"], f["sentence"])).collect();
    format!(
        "{}\neffect {}\nprobes {}\ntimes {}\nresidue {}\ndrift {}",
        lines.join("\n"),
        verdict["effect"],
        verdict["probes"],
        verdict["times"],
        verdict["residue"],
        verdict["drift"]
    )
}

fn finding<'v>(verdict: &'v Value, key: &str) -> &'v Value {
    let findings = verdict["findings"].as_array().expect("findings");
    findings
        .iter()
        .find(|f| f["expectation"] == key)
        .unwrap_or_else(|| panic!("no finding {key}: {}", in_short(verdict)))
}

#[test]
fn b1_healthy_passes() {
    let (outcome, verdict) = incident("healthy", &["--healthy"]);
    assert_eq!(verdict["truth"], "pass", "{}", in_short(&verdict));
    outcome.expect_code(0);
}

#[test]
fn b2_the_reference_fix_passes() {
    let (outcome, verdict) = incident("reference", &["--fix", "reference"]);
    assert_eq!(verdict["truth"], "pass", "{}\n{}", in_short(&verdict), outcome.stderr);
    let success = &verdict["probes"]["payment-success"];
    assert!(success["baseline"].as_f64().unwrap() >= 0.998, "{success}");
    assert!(success["worst"].as_f64().unwrap() <= 0.12, "{success}");
    assert!(success["final"].as_f64().unwrap() >= 0.998, "{success}");
    // 380 at the scenario's own rate; the finding scales it with the rate and says so.
    assert_eq!(finding(&verdict, "bites")["truth"], "pass", "{}", in_short(&verdict));
    let waiting = verdict["effect"]["gauges"]["payment-pool-waiting"].as_f64().unwrap();
    let scaled = verdict["adjusted"].as_array().is_some_and(|adjusted| !adjusted.is_empty());
    assert!(waiting >= 380.0 || scaled, "{}", in_short(&verdict));
    let at = |moment: &str| verdict["times"][moment].as_f64().unwrap_or_else(|| panic!("{}", in_short(&verdict)));
    // A page needs three bad seconds, a bite needs a very bad one: either may be seen first.
    for order in [["injected_s", "bit_s", "repaired_s"], ["injected_s", "paged_s", "repaired_s"]] {
        assert!(order.map(at).is_sorted(), "moments out of order: {}", in_short(&verdict));
    }
    assert!(at("repaired_s") <= at("recovered_s"));
    assert_eq!(verdict["residue"].as_array().map(Vec::len), Some(0), "{}", in_short(&verdict));
    assert_eq!(finding(&verdict, "loses-nothing")["truth"], "pass", "{}", in_short(&verdict));
    outcome.expect_code(0);
    assert!(kubectl("get deployment payment -o wide --no-headers").contains("payment:2.8.0"));
}

#[test]
fn b3_doing_nothing_fails() {
    let (outcome, verdict) = incident("nothing", &["--fix", "none", "--within", "25s"]);
    assert_eq!(finding(&verdict, "bites")["truth"], "pass", "{}", in_short(&verdict));
    assert_eq!(finding(&verdict, "recovers")["truth"], "fail", "{}", in_short(&verdict));
    outcome.expect_code(1);
    assert!(kubectl("get deployment payment -o wide --no-headers").contains("payment:2.8.0"), "healed afterwards");
}

/// Plays a cheat; the verdict must be a failure, for the reason that the scenario names.
fn cheat_fails(name: &str, because: &[&str]) {
    let (outcome, verdict) = incident(name, &["--cheat", name, "--within", "25s"]);
    assert_eq!(verdict["truth"], "fail", "{name} got through: {}\n{}", in_short(&verdict), outcome.stderr);
    let findings = verdict["findings"].as_array().unwrap();
    let failed = |key: &&str| findings.iter().any(|f| f["expectation"] == **key && f["truth"] == "fail");
    assert!(because.iter().any(|key| failed(&key)), "{name} failed for another reason: {}", in_short(&verdict));
    outcome.expect_code(1);
}

#[test]
fn c1_cheat_scale_to_zero_fails() {
    cheat_fails("scale-to-zero", &["recovers", "keeps"]);
}

#[test]
fn c2_cheat_drop_at_the_edge_fails() {
    cheat_fails("drop-at-the-edge", &["recovers", "keeps", "loses-nothing"]);
}

#[test]
fn c3_cheat_restart_the_pods_fails() {
    cheat_fails("restart-the-pods", &["recovers"]);
}

#[test]
fn c4_trap_raise_the_pool_fails() {
    cheat_fails("raise-the-pool", &["recovers", "keeps"]);
}

#[test]
fn c5_trap_raise_max_connections_fails() {
    cheat_fails("raise-max-connections", &["recovers", "keeps"]);
}

#[test]
fn c6_trap_restart_postgres_fails() {
    cheat_fails("restart-postgres", &["recovers", "keeps"]);
}
