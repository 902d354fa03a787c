//! The real binary: exit codes, streams, messages.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use droplab::{
    home::lock,
    model::{event::EventKind, facts::Facts, plan::Injection},
    run::ports::Journal as _,
    store::journal::{JournalFile, Wall},
};

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
        "DROPLAB_SCENARIOS",
        "DROPLAB_EXAM_KEY",
        "DROPLAB_EXAM_IDENTITY",
        "GITHUB_ACTIONS",
    ] {
        command.env_remove(name);
    }
    command
}

pub fn droplab(home: &Path, arguments: &[&str]) -> Ran {
    ran(&mut command(home, arguments))
}

pub fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
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

/// What a verb takes stood among the ten flags that every verb takes.
#[test]
fn the_flags_of_a_verb_stand_apart_from_those_of_all() {
    let home = tempfile::tempdir().unwrap();
    for (verb, own) in [("run", "--rehearse"), ("exam run", "--candidate"), ("report", "--format")] {
        let words: Vec<_> = verb.split(' ').chain(["--help"]).collect();
        let help = droplab(home.path(), &words).out;
        let (first, rest) = help.split_once("\nGlobal options:\n").unwrap_or_else(|| panic!("{verb}: {help}"));
        let global = rest.split("Examples:").next().unwrap();
        assert!(first.contains(own) && first.contains("-h, --help") && !global.contains(own), "{verb}: {help}");
        for flag in ["--lab <", "--port-base <", "--output <", "--no-color", "--lang <", "--scenarios <", "--quiet"] {
            assert!(global.contains(flag) && !first.contains(flag), "{verb} {flag}: {help}");
        }
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
    assert_eq!(again.code, 2, "another run's evidence is not written over");
    assert!(again.err.starts_with("DL-PATH") && again.err.contains("next: another name"), "{}", again.err);
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

/// A rehearsal whose files are in this folder.
fn rehearsed(home: &Path, out: &Path, more: &[&str]) -> i32 {
    let arguments = ["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", out.to_str().unwrap()];
    droplab(home, &[&arguments, more].concat()).code
}

/// Whichever file was named, the one called journal.jsonl beside it was judged.
#[test]
fn the_journal_that_is_named_is_the_one_that_is_judged() {
    let (home, mail) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (good, bad) = (mail.path().join("good"), mail.path().join("bad"));
    assert_eq!(rehearsed(home.path(), &good, &[]), 0);
    assert_eq!(rehearsed(home.path(), &bad, &["--fix", "none", "--within", "20s"]), 1);
    let judged = |path: &Path| droplab(home.path(), &["judge", path.to_str().unwrap()]);
    let sent = bad.join("anna.jsonl");
    fs::copy(good.join("journal.jsonl"), &sent).unwrap();
    assert_eq!(judged(&sent).code, 0, "{}", judged(&sent).out);
    assert_eq!((judged(&bad).code, judged(&bad.join("journal.jsonl")).code), (1, 1));

    let other = mail.path().join("README.md");
    fs::write(&other, "# No journal\n").unwrap();
    for verb in ["judge", "report"] {
        let refused = droplab(home.path(), &[verb, other.to_str().unwrap()]);
        assert!(refused.code == 2 && refused.err.contains("is no journal of a run"), "{verb}: {}", refused.err);
    }
    // A report goes into a folder, and is what it was asked to be.
    let onto_file = droplab(home.path(), &["report", "--out", other.to_str().unwrap()]);
    assert!(onto_file.code == 2 && onto_file.err.starts_with("DL-PATH"), "{}", onto_file.err);
    let mut html = command(home.path(), &["report", "--format", "html"]);
    assert!(ran(html.env("DROPLAB_OUTPUT", "json")).out.starts_with("<!doctype html>"), "a variable beat a flag");
    let listed = droplab(home.path(), &["report", "--json", "--out", mail.path().to_str().unwrap()]);
    assert_eq!(serde_json::from_str::<Vec<String>>(&listed.out).unwrap().len(), 1, "{}", listed.out);

    let meant = judged(Path::new("payment-pool-exhaustion-20991231-000000"));
    assert!(meant.code == 2 && meant.err.contains("next: did you mean payment-pool-exhaustion-"), "{}", meant.err);
    assert!(judged(Path::new("nonsense")).err.contains(" is the latest run"));
}

/// The journal of a rehearsal that came to its end.
fn whole_journal(home: &Path, out: &Path) -> String {
    let whole = out.join("whole");
    assert_eq!(rehearsed(home, &whole, &[]), 0);
    fs::read_to_string(whole.join("journal.jsonl")).unwrap()
}

#[test]
fn a_journal_that_was_cut_short_is_to_be_healed_unless_it_is_a_rehearsals() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = whole_journal(home.path(), out.path());
    let injected = text.lines().position(|line| line.contains(r#""state":"injected""#)).unwrap();
    let cut: String = text.lines().take(injected + 1).map(|line| line.to_owned() + "\n").collect();
    let path = out.path().join("cut.jsonl");
    let judged = |text: &str| {
        fs::write(&path, text).unwrap();
        droplab(home.path(), &["judge", path.to_str().unwrap()])
    };
    let rehearsal = judged(&cut);
    assert_eq!(rehearsal.code, 3, "{}", rehearsal.err);
    let real = judged(&cut.replace(r#""rehearsal":true,"#, ""));
    assert!(real.code == 4 && real.err.contains("next: droplab heal"), "{} {}", real.code, real.err);
}

/// An event that only another droplab knows was answered with every event of this one, and a cut file was reported as a whole one.
#[test]
fn a_journal_of_another_version_and_one_without_an_end_are_called_that() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = whole_journal(home.path(), out.path());
    let path = out.path().join("sent.jsonl");
    let told = |text: &str, more: &[&str]| {
        fs::write(&path, text).unwrap();
        ["judge", "report"].map(|verb| droplab(home.path(), &[&[verb, path.to_str().unwrap()], more].concat()))
    };
    for ran in told(&text, &[]) {
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
    let ours = format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION"));
    assert!(text.lines().next().unwrap().contains(&ours));
    let foreign = text.replacen(&ours, r#""version":"9.9.9""#, 1);
    for ran in told(&foreign, &[]) {
        assert!(ran.code == 0 && ran.err.contains("written by droplab 9.9.9; this is "), "{} {}", ran.code, ran.err);
    }
    for ran in told(&foreign, &["-q"]) {
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
    let newer = foreign.replacen(r#""event":"phase-began""#, r#""event":"phase-dreamt""#, 1);
    for ran in told(&newer, &[]) {
        let named = ran.err.contains("unknown variant `phase-dreamt` (written by droplab 9.9.9, this is ");
        assert!(ran.code == 3 && named && ran.err.contains(": read it with droplab 9.9.9)"), "{}", ran.err);
        assert!(!ran.err.contains("expected one of"), "{}", ran.err);
    }
    let half: String = text.lines().take(100).map(|line| line.to_owned() + "\n").collect();
    let [judged, reported] = told(&half, &[]);
    assert_eq!((judged.code, reported.code), (3, 0));
    for ran in [judged, reported] {
        assert!(ran.err.contains("warning: the journal has no end"), "{}", ran.err);
        assert!(ran.out.contains("the journal has no end: droplab was killed, or the file was cut off"), "{}", ran.out);
    }
}

/// On stdout they would have ended up in the file that a report is written to.
#[test]
fn a_failed_verdict_is_annotated_on_github_and_nowhere_else() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = out.path().join("failed");
    assert_eq!(rehearsed(home.path(), &folder, &["--fix", "none", "--within", "20s"]), 1);
    let report = |more: &[&str], github: Option<&str>| {
        let arguments = [&["report", folder.to_str().unwrap()], more].concat();
        let mut command = command(home.path(), &arguments);
        if let Some(value) = github {
            command.env("GITHUB_ACTIONS", value);
        }
        ran(&mut command)
    };
    let annotated = report(&["--format", "github-summary"], Some("true"));
    let title = "::error title=droplab payment-pool-exhaustion (rehearsal)::";
    let lines: Vec<_> = annotated.err.lines().collect();
    assert!(annotated.code == 0 && !annotated.out.contains("::error"), "{}", annotated.out);
    assert!((1..=10).contains(&lines.len()) && lines.iter().all(|line| line.starts_with(title)), "{lines:#?}");
    assert_eq!(report(&["--json"], Some("true")).err, "");
    assert_eq!(report(&[], None).err, "");
    assert_eq!(report(&[], Some("false")).err, "");
}

/// With a fault by hand as the newest folder, "the latest run" was one that nobody could judge.
#[test]
fn the_latest_run_is_no_fault_by_hand() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(rehearsed(home.path(), out.path(), &[]), 0);
    let by_hand = home.path().join("runs/scale-20991231-000000");
    fs::create_dir(&by_hand).unwrap();
    let injection = Box::new(Injection { seed: 1, before: Facts::default(), steps: vec![] });
    let began = EventKind::InjectionBegan { run: "scale".into(), version: "0".into(), injection };
    JournalFile::create(&by_hand.join("journal.jsonl"), Wall::Real).unwrap().append(0.0, began).unwrap();
    for latest in [&["judge"][..], &["report"]] {
        assert_eq!(droplab(home.path(), latest).code, 0, "{latest:?}");
    }
    let named = droplab(home.path(), &["judge", "scale-20991231-000000"]);
    assert!(named.code == 2 && named.err.contains("a fault by hand has no"), "{}", named.err);
}

#[test]
fn a_mistyped_file_is_nobodys_but_the_typists_and_what_to_do_is_said() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (gone, there) = (path("gone.yaml"), path("there"));
    fs::write(&there, "a file").unwrap();
    for mistyped in [
        &["show", &gone][..],
        &["show", &path("./")],
        &["list", "--scenarios", &gone],
        &["list", "--scenarios", &there],
        &["exam", "run", &gone, "--rehearse"],
        &["exam", "verify", &there, "--public", &gone],
        &["exam", "keygen", &there],
        &["run", "payment-pool-exhaustion", "--rehearse", "--out", &there],
    ] {
        let ran = droplab(home.path(), mistyped);
        let told = ran.err.starts_with("DL-PATH") && ran.err.contains("next: ");
        assert!(ran.code == 2 && told, "{mistyped:?}: {}", ran.err);
    }
    let nobody = droplab(home.path(), &["ack"]);
    assert!(nobody.code == 2 && nobody.err.contains("next: droplab run NAME"), "{}", nobody.err);
    assert!(nobody.err.starts_with("DL-USAGE: this cannot be done so"), "{}", nobody.err);
}

#[test]
fn a_name_that_is_no_text_is_no_bug_and_a_full_disk_is_no_success() {
    let home = tempfile::tempdir().unwrap();
    let odd = ran(command(home.path(), &["lint"]).arg(OsStr::from_bytes(b"\xff.yaml")));
    assert_eq!(odd.code, 2, "{}", odd.err);
    if cfg!(target_os = "linux") {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = command(home.path(), &["show", "payment-pool-exhaustion"]).stdout(full).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.code() == Some(3) && said.starts_with("DL-FILE"), "{:?} {said}", done.status);
    }
}

#[test]
fn an_empty_variable_says_nothing_and_an_empty_name_is_no_labs() {
    let home = tempfile::tempdir().unwrap();
    let mut list = command(home.path(), &["list"]);
    for name in ["DROPLAB_LAB", "DROPLAB_PORT_BASE", "DROPLAB_OUTPUT", "DROPLAB_LANG", "DROPLAB_SCENARIOS"] {
        list.env(name, "");
    }
    let listed = ran(&mut list);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert_eq!(listed.out, droplab(home.path(), &["list"]).out);
    for name in ["", "a b", "../x"] {
        let refused = droplab(home.path(), &["status", "--lab", name]);
        assert!(refused.code == 2 && refused.err.contains("--lab"), "`{name}`: {}", refused.err);
    }
}

#[test]
fn what_is_asked_for_as_json_is_json() {
    let home = tempfile::tempdir().unwrap();
    let keys = home.path().join("keys");
    for (verb, find) in [
        (&["done", "--words"][..], "/mechanism/0"),
        (&["show", "payment-pool-exhaustion", "--hint", "1"][..], "/text"),
        (&["conform", "payment-pool-exhaustion", "--list"][..], "/0"),
        (&["exam", "keygen", keys.to_str().unwrap()][..], "/3/file"),
    ] {
        let ran = droplab(home.path(), &[verb, &["--json"]].concat());
        let json = serde_json::from_str::<serde_json::Value>(&ran.out).unwrap_or_default();
        assert!(json.pointer(find).is_some_and(serde_json::Value::is_string), "{verb:?}: {}", ran.out);
    }
}
