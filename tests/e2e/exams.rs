//! The ready-made exams on the real lab, with a reference and with bad candidates: right points for the right reasons, and a
//! result that is believed only as it was signed. The longer two are `make soak`'s.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use serde_json::Value;

use crate::{
    conformance::rate,
    droplab::{Outcome, out_dir, reset, run},
};

/// One incident with its reset, twice where the lab erred.
const AN_INCIDENT: Duration = Duration::from_secs(900);

/// The examiner's keys: what signs, and what checks.
fn keys() -> (String, String) {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let made = || {
        let folder = out_dir("exam-keys");
        run(&["exam", "keygen", folder.to_str().unwrap()], Duration::from_secs(20)).expect_code(0);
        folder
    };
    let of = |name: &str| FOLDER.get_or_init(made).join(name).display().to_string();
    (of("exam.key"), of("exam.pub"))
}

/// An exam held for a candidate; its signed result is in the folder.
pub(crate) fn held(exam: &str, folder: &Path, incidents: u32, fix: &str) -> Outcome {
    let rate = rate();
    let mut candidate = vec!["--fix", fix];
    candidate.extend(rate.as_deref().into_iter().flat_map(|rate| ["--rate", rate]));
    held_by(exam, folder, incidents, &candidate)
}

/// The same, for any kind of candidate.
fn held_by(exam: &str, folder: &Path, incidents: u32, candidate: &[&str]) -> Outcome {
    let file = format!("{}/exams/{exam}.yaml", env!("CARGO_MANIFEST_DIR"));
    let (key, _) = keys();
    let all = ["exam", "run", &file, "--out", folder.to_str().unwrap(), "--key", &key];
    run(&[&all, candidate].concat(), AN_INCIDENT * incidents)
}

/// Whether the result, with all its journals, is to be believed.
fn verified(folder: &Path) -> Outcome {
    believed(folder, &["--allow-trial"])
}

fn believed(folder: &Path, flags: &[&str]) -> Outcome {
    let (result, runs, (_, public)) = (folder.join("exam-result.json"), folder.to_str().unwrap(), keys());
    let all = ["exam", "verify", result.to_str().unwrap(), "--public", &public, "--runs", runs, "--json"];
    run(&[&all, flags].concat(), Duration::from_secs(60))
}

/// Points and grade of each incident.
pub(crate) fn grades(folder: &Path) -> Vec<(f64, String, String)> {
    let result = verified(folder).expect_code(0).json();
    let of = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        (one["earned"].as_f64().unwrap_or(-1.0), text("grade"), text("why"))
    };
    result["scenarios"].as_array().unwrap_or_else(|| panic!("no incidents: {result:#}")).iter().map(of).collect()
}

#[test]
fn x1_the_smoke_exam_passes_its_reference_and_neither_nobody_nor_a_cheat() {
    let good = out_dir("exam-reference");
    held("smoke", &good, 1, "reference").expect_code(0);
    let of = grades(&good);
    // A whole and careful repair without a word is half of the points.
    assert!(matches!(&of[..], [(points, grade, _)] if *points >= 50.0 && grade == "passed"), "{of:?}");
    // Nobody was examined by that.
    let trial = believed(&good, &[]).expect_code(1);
    assert!(trial.stderr.contains("--allow-trial"), "{}", trial.stderr);

    let (script, works_on) = (out_dir("exam-cheat.sh"), out_dir("exam-works-on"));
    let text = format!(
        "#!/bin/sh\nsetsid sleep 900 & echo $! >{}\nkubectl scale deployment/payment --replicas=0\ndroplab done\n",
        works_on.display()
    );
    fs::write(&script, text).unwrap();
    for (name, fix) in [("nobody", "none"), ("cheat", script.to_str().unwrap())] {
        let folder = out_dir(&format!("exam-{name}"));
        held("smoke", &folder, 1, fix).expect_code(1);
        let of = grades(&folder);
        assert!(matches!(&of[..], [(points, grade, _)] if *points < 20.0 && grade == "failed"), "{name}: {of:?}");
        for report in ["exam-summary.md", "exam-junit.xml"] {
            assert!(fs::read_to_string(folder.join(report)).unwrap().contains("payment-pool-exhaustion"), "{report}");
        }
    }
    let left = fs::read_to_string(&works_on).unwrap();
    let still = fs::read(format!("/proc/{}/environ", left.trim())).unwrap_or_default();
    assert!(still.is_empty(), "what the cheat left behind works on: {left}");

    // What the cheat did to payment is its own, and no heal's to take back.
    reset();

    // One blank in a journal, and the result is not believed any more.
    let mut runs = fs::read_dir(&good).unwrap().flatten().map(|one| one.path().join("journal.jsonl"));
    let journal = runs.find(|path| path.exists()).expect("a journal");
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replacen("\"at_s\":", "\"at_s\": ", 1)).unwrap();
    verified(&good).expect_code(1);
}

/// The candidate is an image: the shop's own storefront survives a slow bank, and the release that waits without a bound does not.
#[test]
fn x2_a_service_under_test_survives_or_does_not() {
    for (version, code, earned, expected) in [("1.0.0", 0, 100.0, "passed"), ("1.3.0", 1, 0.0, "failed")] {
        let folder = out_dir(&format!("exam-service-{version}"));
        let image = format!("storefront=droplab/storefront:{version}");
        held_by("service", &folder, 1, &["--service", &image]).expect_code(code);
        let of = grades(&folder);
        let (points, grade, why) = &of[0];
        assert_eq!((*points, grade.as_str()), (earned, expected), "{why}");
    }
    let nowhere = out_dir("exam-service-nowhere");
    let refused = held_by("service", &nowhere, 1, &["--service", "storefront=droplab/no-such-image:1"]).expect_code(5);
    assert!(!nowhere.join("exam-result.json").exists(), "nothing was examined");
    assert!(refused.stderr.contains("docker pull droplab/no-such-image:1"), "{}", refused.stderr);
}

/// Who acknowledges, names the cause and repairs has all that an exam can give: 80 of 100, the rest is the postmortem's.
#[test]
fn x3_a_program_and_an_agent_that_do_it_all_get_all_but_the_postmortem() {
    let good = out_dir("exam-good");
    fs::create_dir_all(&good).unwrap();
    let script = good.join("repair.sh");
    let text = "#!/bin/sh\nset -e\ndroplab ack --impact 'customers cannot pay'\n\
        kubectl rollout undo deployment/payment\nkubectl rollout status deployment/payment --timeout=90s\n\
        droplab answer --component payment --mechanism connection-pool-exhaustion --trigger deploy \
        --factor n-plus-one --factor no-canary --factor no-pool-alert\n";
    fs::write(&script, text).unwrap();
    let script = script.to_str().unwrap();
    for (name, flag, candidate) in
        [("program", "--fix", script.to_owned()), ("agent", "--agent", format!("sh {script}"))]
    {
        let folder = out_dir(&format!("exam-{name}"));
        let formats = "json,junit,html,markdown,human,csv,classroom,github-summary";
        let rate = rate();
        let slower = rate.as_deref().map_or_else(Vec::new, |rate| vec!["--rate", rate]);
        let all = [&[flag, &candidate, "--format", formats][..], &slower].concat();
        held_by("smoke", &folder, 1, &all).expect_code(0);
        let of = grades(&folder);
        assert!(matches!(&of[..], [(points, grade, _)] if *points == 80.0 && grade == "passed"), "{name}: {of:?}");
        believed(&folder, &[]).expect_code(0);
        let run = fs::read_dir(&folder).unwrap().flatten().find(|one| one.path().is_dir()).unwrap().path();
        let reports = fs::read_dir(&run).unwrap().flatten().filter(|one| one.metadata().unwrap().len() > 0).count();
        assert!(reports >= 9, "{name}: the journal and eight reports, and not {reports} files in {}", run.display());
    }
}
