//! What is signed cannot be changed, and what is sealed stays shut.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use droplab::store::signed::Envelope;
use serde_json::Value;

use crate::exam::Hall;

const HEADLINE: &str = "payment-pool-exhaustion";
/// The folder of the first incident's first try.
const FIRST: &str = "1-payment-pool-exhaustion";
const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/payment-pool-exhaustion.yaml");

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The envelope with other words in it, and the old signature.
fn forged(path: &Path, from: &str, to: &str) -> String {
    let whole = fs::read_to_string(path).unwrap();
    let mut envelope = Envelope::read(&whole).unwrap();
    let (old, new) = (envelope.text().unwrap(), envelope.text().unwrap().replace(from, to));
    assert_ne!(old, new);
    envelope.payload = STANDARD.encode(new);
    fs::write(path, serde_json::to_string(&envelope).unwrap()).unwrap();
    whole
}

/// The same, with its result changed in more than one place.
fn rewritten(path: &Path, change: impl FnOnce(&mut Value)) -> String {
    let whole = fs::read_to_string(path).unwrap();
    let mut envelope = Envelope::read(&whole).unwrap();
    let mut result: Value = serde_json::from_str(&envelope.text().unwrap()).unwrap();
    change(&mut result);
    envelope.payload = STANDARD.encode(result.to_string());
    fs::write(path, serde_json::to_string(&envelope).unwrap()).unwrap();
    whole
}

#[test]
fn a_signed_result_is_believed_and_a_changed_one_is_not() {
    let hall = Hall::of(&[HEADLINE], "");
    let keys = hall.keys();
    let (private, public) = (keys.join("exam.key"), keys.join("exam.pub"));
    let (result, out) = (hall.path("out/exam-result.json"), hall.path("out"));
    assert_eq!(hall.held(&["--key", text(&private)]).code, 0);
    let verify = ["exam", "verify", text(&result), "--public", text(&public)];
    let verified = |more: &[&str]| hall.droplab(&[&verify[..], &["--allow-trial"], more].concat());
    let rehearsed = hall.droplab(&verify);
    assert_eq!((rehearsed.code, rehearsed.out.as_str()), (1, ""), "a rehearsal was taken for an exam");
    assert!(rehearsed.err.contains("PASSED (rehearsal): no lab was broken"), "{}", rehearsed.err);
    assert!(rehearsed.err.contains("next: --allow-trial "), "{}", rehearsed.err);
    assert_eq!(hall.droplab(&[&verify[..], &["--allow-rehearsal"]].concat()).code, 0, "the flag by its other name");
    let fine = verified(&["--runs", text(&out)]);
    assert_eq!(fine.code, 0, "{}", fine.err);
    assert!(fine.out.contains("PASSED (rehearsal)"), "{}", fine.out);
    assert!(fine.out.contains("1 of 1 journals were at hand, and judged again as signed"), "{}", fine.out);

    let whole = forged(&result, "\"points\": 50.0", "\"points\": 99.0");
    let refused = verified(&[]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("DL-RESULT-REFUSED") && refused.err.contains("changed after it was signed"),
        "{}",
        refused.err
    );
    fs::write(&result, whole).unwrap();

    let other = hall.path("other");
    assert_eq!(hall.droplab(&["exam", "keygen", text(&other)]).code, 0);
    let stranger = hall.droplab(&["exam", "verify", text(&result), "--public", text(&other.join("exam.pub"))]);
    assert_eq!(stranger.code, 1);
    assert!(stranger.err.contains("it was signed with another key: "), "{}", stranger.err);
    let private = hall.droplab(&["exam", "verify", text(&result), "--public", text(&private)]);
    assert!(private.code == 2 && private.err.contains("it is the private half"), "{}", private.err);
    assert!(private.err.contains("exam.pub is wanted") && private.err.contains("exam.pub checks"), "{}", private.err);

    let journal = hall.path("out/1-payment-pool-exhaustion/journal.jsonl");
    let lines = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, lines.replacen("\"ok\":", "\"ok\": ", 1)).unwrap();
    let changed = verified(&[]);
    assert!(changed.code == 1 && changed.err.contains("the hash does not fit"), "{}", changed.err);
    fs::remove_file(&journal).unwrap();
    assert_eq!(verified(&[]).code, 0, "the signature alone");
    assert!(verified(&["--runs", text(&out)]).err.contains("there is no journal in"));
}

#[test]
fn only_what_the_journals_show_is_signed_afterwards() {
    let hall = Hall::of(&[HEADLINE], ", within: 20s");
    let keys = hall.keys();
    let result = hall.path("out/exam-result.json");
    assert_eq!(hall.held(&["--fix", "none"]).code, 1);
    let (key, exam) = (keys.join("exam.key"), hall.path("try.yaml"));
    let sign = |exam: &Path, more: &[&str]| {
        let words = ["exam", "sign", text(&result), "--key", text(&key), "--exam", text(exam)];
        hall.droplab(&[&words[..], more].concat())
    };
    let signed = || sign(&exam, &["--allow-trial"]);
    let public = keys.join("exam.pub");
    let verified = || hall.droplab(&["exam", "verify", text(&result), "--public", text(&public), "--allow-trial"]);
    assert!(verified().err.contains("nobody signed it"));
    let whole = forged(&result, "\"earned\": 0.0", "\"earned\": 80.0");
    let refused = signed();
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.err.contains("it is worth 0, and not 80"), "{}", refused.err);
    fs::write(&result, whole).unwrap();

    // Nothing that the result says of its exam or of its run is believed for itself.
    let seed = hall.result().seed.to_string();
    let tampered = [
        ("\"candidate\": \"unnamed\"", "\"candidate\": \"mallory\"", "the seed of candidate mallory is"),
        ("\"exam\": \"try\"", "\"exam\": \"senior\"", "the exam is senior, and try in the exam that was set"),
        ("\"pass_mark\": 50.0", "\"pass_mark\": 60.0", "the pass mark is 60, and 50"),
        ("\"out_of\": 100", "\"out_of\": 7", "the sum of all points is 7, and 100"),
        ("\"hints\": \"cost\"", "\"hints\": \"free\"", "hints: free in the result, cost in your exam"),
        ("\"points\": 100,", "\"points\": 200,", "200 points, and payment-pool-exhaustion, 100 points"),
        ("droplab/payment:2.8.0", "droplab/payment:0.0.7", "is not what its journal shows"),
        ("time to repair 20s", "time to repair 99s", "is not what its journal shows"),
        ("\"repairs\": \"nobody\"", "\"repairs\": \"program\"", "was person or nobody or reference, and not program"),
        ("\"repairs\": \"nobody\"", "\"repairs\": \"service\"", "was person or nobody or reference, and not service"),
        ("\"grade\": \"failed\"", "\"grade\": \"not-examined\"", "and not to (Fail, NotExamined)"),
        ("\"interrupted\": false", "\"interrupted\": true", "it was stopped, it says, and every incident was examined"),
        (&format!("\"seed\": {seed}"), "\"seed\": 7", "its journal is that of another scenario, candidate or lab"),
    ];
    for (from, to, why) in tampered {
        let whole = forged(&result, from, to);
        let refused = signed();
        assert!(refused.code == 1 && refused.err.contains(why), "{from} to {to}: {}{}", refused.out, refused.err);
        fs::write(&result, whole).unwrap();
    }
    let without = hall.droplab(&["exam", "sign", text(&result), "--key", text(&key)]);
    assert!(without.code == 2 && without.err.contains("no exam to hold it against"), "{}", without.err);
    // Another exam of the same name, in which there is more time.
    let other = hall.path("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("try.yaml"), fs::read_to_string(&exam).unwrap().replace("20s", "40s")).unwrap();
    let refused = sign(&other.join("try.yaml"), &["--allow-trial"]);
    assert!(refused.err.contains("the hash of the exam's file is"), "{}", refused.err);
    assert!(refused.err.contains("of other conditions than the exam's"), "{}", refused.err);
    let rehearsed = sign(&exam, &[]);
    assert!(rehearsed.code == 1 && rehearsed.err.contains("FAILED (rehearsal)"), "{}", rehearsed.err);
    assert!(verified().err.contains("nobody signed it"));
    assert_eq!(signed().code, 0);
    assert_eq!(verified().code, 0, "a result that failed is believed as well");
    assert!(signed().err.contains("signed already"));
}

/// A failed incident, called the lab's error, was signed as INCOMPLETE; a grade without a run was signed as it was told.
#[test]
fn an_incident_that_no_journal_shows_is_not_graded_and_a_failed_one_does_not_vanish() {
    let hall = Hall::of(&[HEADLINE], ", within: 20s");
    let key = hall.keys().join("exam.key");
    let (result, exam, run) = (hall.path("out/exam-result.json"), hall.path("try.yaml"), hall.path("out").join(FIRST));
    assert_eq!(hall.held(&["--fix", "none"]).code, 1);
    let words = ["exam", "sign", text(&result), "--key", text(&key), "--exam", text(&exam), "--allow-trial"];
    let sign = || hall.droplab(&words);

    let whole = rewritten(&result, |result| {
        let one = &mut result["scenarios"][0];
        (one["grade"], one["why"], one["shown"]) = ("passed".into(), "it was served again".into(), Value::Null);
    });
    let refused = sign();
    assert!(refused.code == 1 && refused.err.contains("points, without a run that shows them"), "{}", refused.err);
    fs::write(&result, whole).unwrap();

    rewritten(&result, |result| {
        result["outcome"] = "incomplete".into();
        let one = &mut result["scenarios"][0];
        (one["grade"], one["why"]) = ("not-examined".into(), "the lab erred: late".into());
        (one["tries"], one["shown"]) = (2.into(), Value::Null);
    });
    let refused = sign();
    let told = format!("{FIRST} holds a whole run that comes to FAIL, and the result does not show it");
    assert!(refused.code == 1 && refused.err.contains(&told), "{}", refused.err);
    // Nothing refutes it any more, and nothing shows it either.
    fs::rename(&run, hall.path("away")).unwrap();
    let signed = sign();
    let told = "not shown by any journal: 1 payment-pool-exhaustion: 2 of 2 tries came to nothing";
    assert!(signed.code == 0 && signed.err.contains(told), "{}", signed.err);
}

/// `--fix reference` earns the pass mark; and who has failed can play the same incident again, by hand.
#[test]
fn neither_the_reference_nor_a_second_try_passes_for_a_candidates_own() {
    let (hall, failed) = (Hall::of(&[HEADLINE], ""), Hall::of(&[HEADLINE], ", within: 20s"));
    let key = hall.keys().join("exam.key");
    let (result, exam, run) = (hall.path("out/exam-result.json"), hall.path("try.yaml"), hall.path("out").join(FIRST));
    assert_eq!((hall.held(&["--fix", "reference"]).code, failed.held(&["--fix", "none"]).code), (0, 1));
    let words = ["exam", "sign", text(&result), "--key", text(&key), "--exam", text(&exam), "--allow-trial"];
    let sign = || hall.droplab(&words);

    let whole = forged(&result, "\"repairs\": \"reference\"", "\"repairs\": \"person\"");
    let refused = sign();
    let told = "by its journal the candidate was reference, and not person";
    assert!(refused.code == 1 && refused.err.contains(told), "{}", refused.err);
    fs::write(&result, whole).unwrap();

    let again = format!("{FIRST}-again");
    fs::rename(&run, hall.path("out").join(&again)).unwrap();
    fs::rename(failed.path("out").join(FIRST), &run).unwrap();
    // Nothing else of it is written anew, so that its numbers keep their last digits.
    forged(&result, "\"tries\": 1", "\"tries\": 2");
    forged(&result, &format!("\"folder\": \"{FIRST}\""), &format!("\"folder\": \"{again}\""));
    let refused = sign();
    let told = format!("{FIRST} holds a whole run that comes to FAIL, and the result does not show it");
    assert!(refused.code == 1 && refused.err.contains(&told), "{}", refused.err);
    fs::remove_dir_all(&run).unwrap();
    let signed = sign();
    let told = "1 of 2 tries came to nothing, it says, and there are journals of 0";
    assert!(signed.code == 0 && signed.err.contains(told), "{}", signed.err);
}

#[test]
fn what_is_sealed_is_opened_by_the_examiners_key_alone() {
    let hall = Hall::of(&["./q1.sealed"], "");
    let keys = hall.keys();
    let sealed = hall.path("q1.sealed");
    let seal = || {
        let public = keys.join("seal.pub");
        hall.droplab(&["exam", "seal", SCENARIO, "--for", text(&public), "-o", text(&sealed)])
    };
    assert_eq!(seal().code, 0);
    assert_eq!(seal().code, 2, "a sealed file is not written over");
    let checks = keys.join("exam.pub");
    let another = hall.path("q2.sealed");
    let other_key = hall.droplab(&["exam", "seal", SCENARIO, "--for", text(&checks), "-o", text(&another)]);
    assert!(other_key.code == 2 && other_key.err.contains("seal.pub is wanted"), "{}", other_key.err);
    assert!(!fs::read_to_string(&sealed).unwrap().contains("payment"));
    for verb in ["show", "plan", "run", "lint"] {
        let ran = hall.droplab(&[verb, text(&sealed)]);
        let said = ran.out + &ran.err;
        assert!(ran.code == 2 && said.contains("is sealed: only the examiner's key opens it"), "{verb}: {said}");
    }
    let shut = hall.held(&[]);
    assert!(shut.code == 2 && shut.err.contains("/try.yaml:5:17:") && shut.err.contains("is sealed"), "{}", shut.err);
    assert!(shut.err.contains("next: --identity seal.key"), "{}", shut.err);

    let other = hall.path("other");
    assert_eq!(hall.droplab(&["exam", "keygen", text(&other)]).code, 0);
    let wrong = hall.held(&["--identity", text(&other.join("seal.key"))]);
    assert!(wrong.code == 2 && wrong.err.contains("it was sealed for another key"), "{}", wrong.err);
    let opened = hall.held(&["--identity", text(&keys.join("seal.key"))]);
    assert_eq!(opened.code, 0, "{}", opened.err);
    assert!(opened.out.contains("1 q1  passed") && hall.result().scenarios[0].sealed, "{}", opened.out);
}

#[test]
fn keys_are_their_owners_and_never_written_over() {
    let hall = Hall::of(&[HEADLINE], "");
    let keys = hall.keys();
    for (name, mode) in [("exam.key", 0o600), ("seal.key", 0o600)] {
        assert_eq!(fs::metadata(keys.join(name)).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    let before = fs::read_to_string(keys.join("exam.key")).unwrap();
    let again = hall.droplab(&["exam", "keygen", text(&keys)]);
    assert!(again.code == 2 && again.err.contains("never written over"), "{}", again.err);
    assert_eq!(fs::read_to_string(keys.join("exam.key")).unwrap(), before);
    let no_key = hall.held(&["--key", text(&hall.path("try.yaml"))]);
    assert!(no_key.code == 2 && no_key.err.contains("expected an ed25519 key in PEM"), "{}", no_key.err);
}
