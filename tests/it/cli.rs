//! The real binary: exit codes, streams, messages.

use std::{
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use droplab::home::lock;

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_droplab"));
    command.args(arguments).env("DROPLAB_HOME", home);
    for name in [
        "DROPLAB_LAB",
        "DROPLAB_PORT_BASE",
        "DROPLAB_OUTPUT",
        "DROPLAB_LANG",
        "DROPLAB_EXAM_KEY",
        "DROPLAB_EXAM_IDENTITY",
    ] {
        command.env_remove(name);
    }
    command
}

pub fn droplab(home: &Path, arguments: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = command(home, arguments).output().unwrap();
    Ran {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

#[test]
fn every_verb_teaches_by_example() {
    let home = tempfile::tempdir().unwrap();
    let help = droplab(home.path(), &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes:") && help.out.contains("First steps:"));
    for verb in ["list", "show", "plan", "run", "heal", "judge", "report"] {
        let help = droplab(home.path(), &[verb, "--help"]);
        assert_eq!(help.code, 0, "{verb}");
        assert!(help.out.contains(&format!("Examples:\n  droplab {verb}")), "{verb}: {}", help.out);
    }
}

#[test]
fn a_rehearsal_ends_in_a_verdict_and_leaves_its_files() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = out.path().to_str().unwrap();
    let ran = droplab(home.path(), &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", folder]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("Rehearsal on a fake lab"), "{}", ran.out);
    assert_eq!(ran.err, "", "quiet means quiet");
    for name in ["journal.jsonl", "plan.json", "verdict.json", "report.md", "junit.xml", "report.html", "debug.log"] {
        assert!(out.path().join(name).exists(), "{name}");
    }
    let log = std::fs::read_to_string(out.path().join("debug.log")).unwrap();
    for said in
        ["run payment-pool-exhaustion --rehearse", "inject: set deployment/payment", "heal: set deployment/payment"]
    {
        assert!(log.contains(said), "{said} is not in\n{log}");
    }
    let verdict = std::fs::read_to_string(out.path().join("verdict.json")).unwrap();
    let judged = droplab(home.path(), &["judge", folder, "--json"]);
    assert_eq!(judged.out, verdict, "judging the journal again gives the same verdict");
    assert_eq!(
        droplab(home.path(), &["report", "--format", "human"]).out,
        ran.out,
        "the latest run, in the same words"
    );
    let healed = droplab(home.path(), &["heal", folder]);
    assert_eq!(healed.code, 2, "a rehearsal touched nothing: {}", healed.err);
    let again = droplab(home.path(), &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", folder]);
    assert_eq!(again.code, 3, "another run's evidence is not written over");
    assert!(again.err.starts_with("DL-FILE"), "{}", again.err);
}

#[test]
fn exit_codes_tell_who_is_to_act() {
    let home = tempfile::tempdir().unwrap();
    let rehearse = |more: &[&str]| {
        let arguments = [&["-q", "run", "payment-pool-exhaustion", "--rehearse"], more].concat();
        droplab(home.path(), &arguments)
    };
    assert_eq!(rehearse(&["--fix", "none", "--within", "20s"]).code, 1);
    assert_eq!(rehearse(&["--cheat", "scale-to-zero", "--within", "20s"]).code, 1);
    assert_eq!(rehearse(&["--healthy"]).code, 0);
    for usage in [
        &["--cheat", "nonsense"][..],
        &["--fix", "./nonsense.sh"],
        &["--within", "20"],
        &["--rate", "fast"],
        &["--nonsense"],
        &["--cheat", "scale-to-zero", "--fix", "none"],
    ] {
        let ran = rehearse(usage);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{usage:?}: {}", ran.err);
    }
    assert_eq!(droplab(home.path(), &["run", "nonsense"]).code, 2);
    assert_eq!(droplab(home.path(), &["judge", "nonsense"]).code, 2);
    assert_eq!(droplab(home.path(), &["show", "payment-pool-exhaustion", "--hint", "9"]).code, 2);
}

#[test]
fn a_wrong_scenario_is_one_error_with_place_and_suggestion() {
    let home = tempfile::tempdir().unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/invalid/invalid-typo-in-field.yaml");
    let ran = droplab(home.path(), &["run", path]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!(ran.err.replace(env!("CARGO_MANIFEST_DIR"), ""));
    let json: serde_json::Value = serde_json::from_str(&droplab(home.path(), &["--json", "run", path]).err).unwrap();
    assert_eq!((&json["code"], &json["exit"]), (&"DL-SCENARIO-INVALID".into(), &2.into()));
}

#[test]
fn two_droplabs_at_once_are_one_clear_error() {
    let home = tempfile::tempdir().unwrap();
    let _held = lock::alone(home.path(), "droplab", "droplab run").unwrap();
    let fault = ["fault", "inject", "scale", "--service", "catalog", "--replicas", "0"];
    for arguments in [
        &["heal"][..],
        &["run", "payment-pool-exhaustion"],
        &["up"],
        &["down"],
        &["reset"],
        &["fault", "heal", "scale-1"],
        &fault,
    ] {
        let ran = droplab(home.path(), arguments);
        assert_eq!(ran.code, 3);
        assert!(ran.err.starts_with("DL-LAB-BUSY") && ran.err.contains("droplab run (pid "), "{}", ran.err);
    }
    assert_eq!(droplab(home.path(), &["heal", "--lab", "other"]).out, "nothing to heal\n");
}

#[test]
fn ctrl_c_heals_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut child = command(home.path(), &["run", "payment-pool-exhaustion", "--rehearse", "--fix", "none"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Any moment of the run will do; it is far from over by then.
    let runs = home.path().join("runs");
    while std::fs::read_dir(&runs).map_or(0, Iterator::count) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn what_is_shown_gives_nothing_away_unless_asked() {
    let home = tempfile::tempdir().unwrap();
    let shown = droplab(home.path(), &["show", "payment-pool-exhaustion"]);
    insta::assert_snapshot!(shown.out);
    assert!(droplab(home.path(), &["show", "payment-pool-exhaustion", "--spoil"]).out.contains("rollout undo"));
    assert!(droplab(home.path(), &["show", "payment-pool-exhaustion", "--lang", "ru"]).out.contains("Платежи"));
    assert!(!shown.out.contains("2.8.1") && !shown.out.to_lowercase().contains("pool_size"));
    let list: serde_json::Value = serde_json::from_str(&droplab(home.path(), &["list", "--json"]).out).unwrap();
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.contains(&"payment-pool-exhaustion"), "{ids:?}");
    assert!(list.as_array().unwrap().iter().all(|row| row["needs"]["memory"].is_string()), "{list}");
}

#[test]
fn an_incident_without_a_model_is_rehearsed_by_its_course() {
    let home = tempfile::tempdir().unwrap();
    let ran = droplab(home.path(), &["-q", "run", "poison-pill", "--rehearse"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("Rehearsal on a fake lab") && ran.out.contains("PASS"), "{}", ran.out);
    let ran = droplab(home.path(), &["-q", "run", "poison-pill", "--rehearse", "--fix", "none"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
}

#[test]
fn a_plan_is_a_dry_run() {
    let home = tempfile::tempdir().unwrap();
    let planned = droplab(home.path(), &["plan", "payment-pool-exhaustion", "--rehearse", "--rate", "600/s"]);
    assert_eq!(planned.code, 0, "{}", planned.err);
    insta::assert_snapshot!(planned.out);
    assert!(!home.path().join("runs").exists(), "nothing is kept of it");
}
