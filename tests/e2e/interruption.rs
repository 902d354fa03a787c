//! What an interrupted droplab leaves behind: nothing, or what `droplab heal` takes away.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::droplab::{finish, kubectl, out_dir, reset, run, start};

/// These tests are about interruptions: a rate that every machine carries will do.
const MODEST: &str = "300/s";

/// Wait until the run's journal has a line with this text.
fn wait_for_journal(out: &Path, text: &str) {
    let journal = out.join("journal.jsonl");
    let began = Instant::now();
    while !fs::read_to_string(&journal).is_ok_and(|lines| lines.contains(text)) {
        assert!(began.elapsed() < Duration::from_secs(90), "the journal never said {text}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn deployed() -> String {
    kubectl("get deployment payment -o jsonpath={.spec.template.spec.containers[0].image}")
}

#[test]
fn d1_after_sigkill_heal_brings_the_release_back() {
    reset();
    let out = out_dir("sigkill");
    let out_text = out.to_str().unwrap().to_owned();
    let mut child = start(&["run", "payment-pool-exhaustion", "--fix", "none", "--rate", MODEST, "--out", &out_text]);
    wait_for_journal(&out, r#""state":"injected""#);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(deployed().ends_with("payment:2.8.1"), "the fault was in when droplab died");
    run(&["heal", "--all"], Duration::from_secs(120)).expect_code(0);
    assert!(deployed().ends_with("payment:2.8.0"));
    // Twice is the same as once.
    run(&["heal", "--all"], Duration::from_secs(120)).expect_code(0);
    kubectl("rollout status deployment/payment --timeout=90s");
}

#[test]
fn d2_ctrl_c_heals_and_says_so() {
    reset();
    let out = out_dir("ctrl-c");
    let out_text = out.to_str().unwrap().to_owned();
    let child = start(&["run", "payment-pool-exhaustion", "--fix", "none", "--rate", MODEST, "--out", &out_text]);
    wait_for_journal(&out, r#""state":"injected""#);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let outcome = finish(child, Duration::from_secs(90)).expect_code(130);
    assert!(outcome.stderr.contains("healed"), "{}", outcome.stderr);
    assert!(deployed().ends_with("payment:2.8.0"));
}

#[test]
fn d3_two_droplabs_at_once_get_one_clear_error() {
    reset();
    let out = out_dir("first");
    let out_text = out.to_str().unwrap().to_owned();
    let first = start(&["run", "payment-pool-exhaustion", "--healthy", "--rate", MODEST, "--out", &out_text]);
    wait_for_journal(&out, r#""baseline""#);
    let second = run(&["run", "payment-pool-exhaustion"], Duration::from_secs(20));
    assert!(second.stderr.contains("DL-"), "{}", second.stderr);
    assert_ne!(second.code, Some(0));
    let pid = first.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    finish(first, Duration::from_secs(90)).expect_code(130);
}
