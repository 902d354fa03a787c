//! Exams over rehearsals, by the real binary: who passes, who fails, what nobody fails by, what stays shut.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use droplab::{
    model::exam::{
        Seed,
        result::{ExamResult, Grade, Outcome},
    },
    store::{exams, signed::Envelope},
};

use crate::cli::{Ran, command, droplab};

/// A folder with an exam in it, and droplab's own folder.
pub struct Hall {
    pub home: tempfile::TempDir,
    pub folder: tempfile::TempDir,
}

impl Hall {
    /// An exam of these scenarios, a hundred points each.
    pub fn of(scenarios: &[&str], more: &str) -> Self {
        let hall = Self { home: tempfile::tempdir().unwrap(), folder: tempfile::tempdir().unwrap() };
        let tasks: Vec<_> =
            scenarios.iter().map(|name| format!("  - {{ scenario: {name}, points: 100{more} }}\n")).collect();
        let head = "api: droplab/v1\ntitle: { en: A try, ru: Проба }\npass: 50%\nscenarios:\n";
        fs::write(hall.path("try.yaml"), format!("{head}{}", tasks.concat())).unwrap();
        hall
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn droplab(&self, arguments: &[&str]) -> Ran {
        droplab(self.home.path(), arguments)
    }

    /// Held as a rehearsal; its result is in `out`.
    pub fn held(&self, more: &[&str]) -> Ran {
        let (exam, out) = (self.path("try.yaml"), self.path("out"));
        let arguments = ["-q", "exam", "run", exam.to_str().unwrap(), "--rehearse", "--out", out.to_str().unwrap()];
        self.droplab(&[&arguments, more].concat())
    }

    /// The examiner's keys: `exam.key`, `exam.pub`, `seal.key`, `seal.pub` in `keys`.
    pub fn keys(&self) -> PathBuf {
        let keys = self.path("keys");
        let made = self.droplab(&["exam", "keygen", keys.to_str().unwrap()]);
        assert_eq!(made.code, 0, "{}", made.err);
        keys
    }

    pub fn result(&self) -> ExamResult {
        let text = fs::read_to_string(self.path("out/exam-result.json")).unwrap();
        serde_json::from_str(&Envelope::read(&text).unwrap().text().unwrap()).unwrap()
    }
}

const HEADLINE: &str = "payment-pool-exhaustion";

/// The headline with a symptom that is never seen: the lab's error.
fn blind(folder: &Path) {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/payment-pool-exhaustion.yaml")).unwrap();
    let blind = text.replace("pool-waiting >= 380", "pool-waiting >= 999999");
    assert_ne!(blind, text);
    fs::write(folder.join("blind.yaml"), blind).unwrap();
}

#[test]
fn the_reference_passes_and_the_seed_is_the_candidates_own() {
    let hall = Hall::of(&[HEADLINE], "");
    let ran = hall.held(&["--fix", "reference", "--candidate", "anna"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("PASSED  exam try, candidate anna (reference)\n50 of 100 points, 50 are a pass"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("fix 30/30 · safe 20/20"), "{}", ran.out);
    let result = hall.result();
    assert_eq!((result.outcome, result.scenarios[0].grade), (Outcome::Passed, Grade::Passed));
    assert_eq!(result.seed, Seed::PerCandidate.of("try", "anna"));
    let shown = result.scenarios[0].shown.as_ref().unwrap();
    let journal = fs::read_to_string(hall.path("out").join(&shown.folder).join("journal.jsonl")).unwrap();
    assert!(journal.contains(&format!("\"seed\":{}", result.seed)), "the run was played with it");
    assert!(shown.images.contains_key("payment/payment"), "{:?}", shown.images);
    assert_eq!(result.host.engine, None, "a rehearsal asks no engine");
    let summary = fs::read_to_string(hall.path("out/exam-summary.md")).unwrap();
    assert!(summary.starts_with("### ✓ PASSED: candidate anna, 50 of 100 points, 50 are a pass\n"), "{summary}");
    assert!(summary.contains("| 1 payment-pool-exhaustion | ✓ passed | 50 of 100 | customers are served"), "{summary}");
    let junit = fs::read_to_string(hall.path("out/exam-junit.xml")).unwrap();
    assert!(junit.contains(r#"<testcase name="1 payment-pool-exhaustion" classname="try">"#), "{junit}");
    let again = hall.held(&["--fix", "reference"]);
    assert_eq!(again.code, 2, "another exam's result is not written over: {}", again.err);
}

#[test]
fn who_does_nothing_fails_and_reads_no_answer_in_the_folder() {
    let hall = Hall::of(&[HEADLINE], ", within: 20s");
    let ran = hall.held(&["--fix", "none", "--candidate", "a|b <c>"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let summary = fs::read_to_string(hall.path("out/exam-summary.md")).unwrap();
    assert!(summary.starts_with("### ✗ FAILED: candidate a\\|b &lt;c>, 0 of 100 points"), "{summary}");
    let result = hall.result();
    assert_eq!((result.outcome, result.points), (Outcome::Failed, 0.0));
    let run = hall.path("out/1-payment-pool-exhaustion");
    assert!(!run.join("plan.json").exists());
    let journal = fs::read_to_string(run.join("journal.jsonl")).unwrap();
    for answer in ["rollout undo", "set image deployment", "--replicas=0", "seen-in-production\":\"No"] {
        assert!(!journal.contains(answer), "{answer}");
    }
}

#[test]
fn nobody_fails_by_an_error_of_the_labs() {
    let hall = Hall::of(&[HEADLINE, "./blind.yaml"], ", within: 2m");
    blind(hall.folder.path());
    // The first is worth a quarter of all points; the second decides, and cannot be told.
    let ran = hall.held(&["--fix", "reference"]);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    let result = hall.result();
    assert_eq!(result.outcome, Outcome::Incomplete);
    let second = &result.scenarios[1];
    assert_eq!((second.grade, second.tries, &second.shown), (Grade::NotExamined, 2, &None));
    assert!(second.why.starts_with("the lab erred: "), "{}", second.why);
    assert!(hall.path("out/2-blind-again/journal.jsonl").exists(), "tried twice, and both are kept");
    let junit = fs::read_to_string(hall.path("out/exam-junit.xml")).unwrap();
    assert!(junit.contains(r#"tests="2" failures="0" errors="1""#), "{junit}");
    // Both journals show it: it is signed without a word about that.
    let (result, exam, key) = (hall.path("out/exam-result.json"), hall.path("try.yaml"), hall.keys().join("exam.key"));
    let words = ["exam", "sign", result.to_str().unwrap(), "--exam", exam.to_str().unwrap(), "--allow-trial"];
    let signed = hall.droplab(&[&words[..], &["--key", key.to_str().unwrap()]].concat());
    assert!(signed.code == 0 && !signed.err.contains("not shown by any journal"), "{}", signed.err);
}

#[test]
fn an_exam_that_cannot_be_held_says_where_and_why_before_anything_is_played() {
    let hall = Hall::of(&[HEADLINE, "payment-pool-exaustion", "./gone.yaml"], "");
    let ran = hall.held(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    insta::assert_snapshot!(ran.err.replace(&*hall.folder.path().to_string_lossy(), ""), @r"
    DL-EXAM-INVALID: the exam cannot be held
      why:  /try.yaml:6:17: no scenario `payment-pool-exaustion`; did you mean `payment-pool-exhaustion`?
            /try.yaml:7:17: read /./gone.yaml: No such file or directory (os error 2)
    ");
    fs::write(hall.path("try.yaml"), "api: droplab/v1\ntitle: { en: a, ru: б }\npas: 50%\nscenarios: []\n").unwrap();
    let ran = hall.held(&[]);
    assert!(
        ran.err.contains("/try.yaml:3:1: unknown field `pas`") && ran.err.contains("did you mean `pass`?"),
        "{}",
        ran.err
    );
    fs::write(
        hall.path("try.yaml"),
        "api: droplab/v1\ntitle: { en: a, ru: б }\npass: 0%\nscenarios:\n- { scenario: retry-storm, points: 0 }\n",
    )
    .unwrap();
    let ran = hall.held(&[]);
    assert!(
        ran.err.contains("/try.yaml:5:36: points: expected 1 to 1000") && ran.err.contains("/try.yaml:3:7: pass:"),
        "{}",
        ran.err
    );
    assert!(Hall::of(&[HEADLINE], "").held(&["--fix", "./fix.sh"]).err.contains("a rehearsal has no lab"));
    // Nobody could pass it, and everybody would be told so only after the last incident.
    let service = concat!(env!("CARGO_MANIFEST_DIR"), "/exams/service.yaml");
    fs::copy(service, hall.path("try.yaml")).unwrap();
    let ran = hall.held(&["--fix", "reference"]);
    assert!(ran.code == 2 && ran.err.contains("100 points are a pass, and 80 are the most"), "{}", ran.err);
    assert!(ran.err.contains("next: --service ROLE=IMAGE"), "{}", ran.err);
    assert!(!hall.path("out").exists(), "nothing was begun");
}

/// It was called an unexpected argument of an exam, or a file that is not there.
#[test]
fn a_command_that_was_mistyped_is_named() {
    let hall = Hall::of(&[HEADLINE], "");
    let exam = hall.path("try.yaml").display().to_string();
    for words in [&["verfy", "result.json", "--public", "exam.pub"][..], &["verfy"], &["Verify"]] {
        let ran = hall.droplab(&[&["exam"][..], words].concat());
        assert!(ran.code == 2 && ran.err.contains("next: did you mean droplab exam verify?"), "{words:?}: {}", ran.err);
    }
    let more = hall.droplab(&["exam", &exam, "oops", "--rehearse"]);
    assert!(more.code == 2 && more.err.contains("unexpected `oops` behind "), "{}", more.err);
    let flag = hall.droplab(&["exam", &exam, "--candidat", "anna"]);
    assert!(flag.code == 2 && flag.err.contains("'--candidate'"), "{}", flag.err);
    let gone = hall.droplab(&["exam", "gone.yaml"]);
    assert!(gone.code == 2 && gone.err.contains("read gone.yaml: "), "{}", gone.err);
    let out = hall.path("out").display().to_string();
    let held = hall.droplab(&["-q", "exam", &exam, "--rehearse", "--out", &out]);
    assert_eq!(held.code, 0, "`droplab exam FILE` holds it: {}", held.err);
}

#[test]
fn ctrl_c_heals_and_keeps_what_was_done_as_incomplete() {
    let hall = Hall::of(&[HEADLINE, HEADLINE], "");
    let (exam, out) = (hall.path("try.yaml"), hall.path("out"));
    let arguments =
        ["exam", "run", exam.to_str().unwrap(), "--rehearse", "--fix", "none", "--out", out.to_str().unwrap()];
    let mut child = command(hall.home.path(), &arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let journal = out.join("1-payment-pool-exhaustion/journal.jsonl");
    while !journal.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let result = hall.result();
    assert_eq!((result.outcome, result.interrupted), (Outcome::Incomplete, true));
    assert!(result.scenarios.iter().all(|one| one.grade == Grade::NotExamined), "{:?}", result.scenarios);
    assert!(fs::read_to_string(journal).unwrap().contains("run-ended"), "the run wound up");
}

#[test]
fn the_exams_of_the_house_can_be_held_and_their_language_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["smoke", "middle", "senior"] {
        let sheet = exams::read(&root.join(format!("exams/{name}.yaml")), None, None);
        let sheet = sheet.map_err(|error| error.to_string()).unwrap();
        assert_eq!((sheet.id.as_str(), sheet.exam.out_of()), (name, 100));
    }
    let kept = fs::read_to_string(root.join("docs/exam.schema.json")).unwrap_or_default();
    assert!(
        kept == droplab::model::schema::exam_schema(),
        "docs/exam.schema.json is out of date: droplab exam schema > docs/exam.schema.json"
    );
}

/// Without its variable the GitHub template built the examined repository as droplab; GitLab's signed where the candidate's program had run.
#[test]
fn the_templates_for_ci_servers_keep_the_key_apart_and_the_evidence() {
    let template = |name: &str| -> serde_yaml::Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("exams/ci").join(name);
        serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let github = template("github-actions.yml");
    for job in ["examine", "sign"] {
        let first = github["jobs"][job]["steps"][0]["run"].as_str().unwrap_or_default();
        assert!(first.contains("::error::set the variable DROPLAB_REPOSITORY"), "{job}: {first}");
    }
    let steps = github["jobs"]["examine"]["steps"].as_sequence().unwrap();
    for kept in ["actions/upload-artifact@v4", "mikepenz/action-junit-report@v5"] {
        let step = steps.iter().find(|step| step["uses"].as_str() == Some(kept)).unwrap();
        assert_eq!(step["if"].as_str(), Some("${{ always() }}"), "{kept}");
    }
    let gitlab = template("gitlab-ci.yml");
    assert_eq!(gitlab["examine"]["artifacts"]["reports"]["junit"].as_str(), Some("results/exam-junit.xml"));
    assert!(gitlab["sign"]["image"].as_str().is_some(), "a shell executor would run it as the candidate's user");
    assert_ne!(gitlab["sign"]["tags"][0].as_str(), gitlab["examine"]["tags"][0].as_str());
}
