//! Every scenario to a plan, every wrong scenario to its message.

use std::{fs, path::Path};

use droplab::{
    model::scenario::Scenario,
    plan::{self, Overrides},
    rehearsal::{FakeLab, Quirks},
    store,
};

fn facts() -> droplab::model::facts::Facts {
    FakeLab::new("test", Quirks::default()).world().facts.clone()
}

#[test]
fn every_scenario_compiles_to_the_plan_that_was_reviewed() {
    for id in store::scenarios::ids(None).unwrap() {
        let (id, scenario) = store::scenarios::read(None, &id).unwrap();
        let plan = plan::compile(&id, &scenario, facts(), 1, &Overrides::default()).unwrap();
        insta::with_settings!({ snapshot_suffix => id.clone() }, { insta::assert_yaml_snapshot!("plan", plan.injection.steps) });
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(
            serde_json::from_str::<droplab::model::plan::Plan>(&text).unwrap(),
            plan,
            "{id}: a plan survives its file"
        );
    }
}

#[test]
fn every_scenario_speaks_both_languages_and_names_its_cheats_once() {
    for id in store::scenarios::ids(None).unwrap() {
        let (_, scenario) = store::scenarios::read(None, &id).unwrap();
        let cheats = scenario.cheats.iter().map(|cheat| &cheat.why);
        for text in [&scenario.title, &scenario.story].into_iter().chain(cheats) {
            assert!(!text.en.trim().is_empty() && is_russian(&text.ru) && text.en != text.ru, "{id}: {text:?}");
        }
        let mut names: Vec<_> = scenario.cheats.iter().map(|cheat| &cheat.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), scenario.cheats.len(), "{id}");
    }
}

fn is_russian(text: &str) -> bool {
    text.chars().any(|letter| ('а'..='я').contains(&letter))
}

/// retry-storm had no hint at all, and no link; and nobody had looked.
#[test]
fn every_scenario_has_the_whole_frame_and_does_not_tell_its_cause() {
    let ids = store::scenarios::ids(None).unwrap();
    let found = ids.iter().flat_map(|id| {
        let (id, scenario) = store::scenarios::read(None, id).unwrap();
        [lacks(&id, &scenario), tells(&id, &scenario)].concat()
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// What somebody who plays it, or holds it against what it is made after, would miss.
fn lacks(id: &str, scenario: &Scenario) -> Vec<String> {
    let is_repaired = !scenario.hands_in();
    let hints = scenario.hints.iter().filter(|hint| !hint.en.trim().is_empty() && is_russian(&hint.ru)).count();
    let frame = [
        (hints >= 3, "three hints in both languages"),
        (!is_repaired || scenario.hints.iter().any(|hint| hint.when.is_some()), "a hint that has its time (`while`)"),
        (scenario.seen_in_production.contains("https://"), "a link to what was seen in production"),
        (!is_repaired || scenario.fixes.len() >= 2, "two ways to repair it"),
        (!scenario.cheats.is_empty(), "a cheat or a trap"),
        (scenario.diagnosis.decoys.len() >= 3, "three decoys"),
        (scenario.par.is_some(), "`par`"),
    ];
    frame.into_iter().filter(|(is_there, _)| !is_there).map(|(_, what)| format!("{id} lacks {what}")).collect()
}

/// Such a trap is named to everybody who breaks that book, by whatever.
#[test]
fn no_trap_is_known_by_books_alone_that_another_cheat_breaks_as_well() {
    for id in store::scenarios::ids(None).unwrap() {
        let (_, scenario) = store::scenarios::read(None, &id).unwrap();
        let books: Vec<String> = scenario.ledgers().iter().map(ToString::to_string).collect();
        for trap in scenario.cheats.iter().filter(|cheat| cheat.trap) {
            let by_books = trap.caught_by.iter().all(|caught| books.contains(caught));
            let mut others = scenario.cheats.iter().filter(|other| other.name != trap.name);
            let other = others.find(|other| trap.caught_by.iter().all(|caught| other.caught_by.contains(caught)));
            assert!(!by_books || other.is_none(), "{id}: {} is taken for {}", other.unwrap().name, trap.name);
        }
    }
}

/// So many letters tell a word by.
const STEM: usize = 5;

/// What everybody on call has heard before he looks: it is the headline itself, or the word for what rings.
const HEARD: &[(&str, &str)] = &[
    ("black-friday", "campaign"),
    ("nothing-is-wrong", "alert"),
    ("nothing-is-wrong", "cause"),
    ("payment-pool-exhaustion", "deploy"),
    ("secret-rotation", "rotation"),
];

/// Words of its cause in what is read before anybody has looked: title, story, the first hint.
fn tells(id: &str, scenario: &Scenario) -> Vec<String> {
    let (title, story, diagnosis) = (&scenario.title.en, &scenario.story.en, &scenario.diagnosis);
    let hint = scenario.hints.first().map_or("", |hint| hint.en.as_str());
    let text = format!("{title} {story} {hint}").to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).collect();
    let parts = diagnosis.mechanism.split('-').chain(diagnosis.trigger.split('-'));
    let told = parts.filter(|part| part.len() >= STEM && !HEARD.contains(&(id, *part)));
    let told = told.filter(|part| words.iter().any(|word| word.starts_with(&part[..STEM])));
    told.map(|part| format!("{id} tells `{part}` of its cause")).collect()
}

#[test]
fn every_wrong_scenario_is_answered_with_place_and_expectation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/invalid");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut messages = String::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let message = match store::scenarios::read(None, &path.to_string_lossy()) {
            Err(error) => error.to_string(),
            Ok((id, scenario)) => {
                plan::compile(&id, &scenario, facts(), 1, &Overrides::default()).unwrap_err().to_string()
            }
        };
        let message = message.replace(&*folder.to_string_lossy(), "");
        messages.extend([&*name, "\n  ", &message.replace('\n', "\n  "), "\n"]);
    }
    insta::assert_snapshot!("invalid", messages);
}

/// `par: soon` on line 19 was told of line 2, and of names of the code.
#[test]
fn a_wrong_value_is_told_at_its_own_place_in_the_readers_words() {
    let minimal = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/minimal.yaml")).unwrap();
    for (right, wrong, wanted) in [
        ("level: 1", "level: 1\npar: soon", "a.yaml:6:6: par: `soon` is no duration"),
        ("level: 1", "level: high", "a.yaml:5:8: level: invalid type: string \"high\", expected a whole number"),
        ("level: 1", "level: 300", "a.yaml:5:8: level: `300` is too large a number"),
        ("baseline: 3s", "baseline: long", "a.yaml:8:13: load.baseline: `long` is no duration"),
        ("severity: P1", "severity: 7", "a.yaml:10:55: page.severity: invalid type: integer `7`, expected `P1`, `P2`"),
        ("within: 10s", "within: [10s]", "symptom.within: invalid type: sequence, expected a duration such as"),
        ("replicas: payment }", "replicas: payment }\n  - recovers: 5", "expected `{ when: CONDITION, within: 15m }`"),
    ] {
        let text = minimal.replace(right, wrong);
        assert_ne!(text, minimal, "{right}");
        let refused = store::scenarios::parse(Path::new("a.yaml"), &text).unwrap_err().to_string();
        assert!(refused.contains(wanted), "{wrong}: {refused}");
        assert!(!refused.contains("did you mean"), "{refused}");
    }
    let refused = store::scenarios::parse(Path::new("a.yaml"), "just text").unwrap_err().to_string();
    assert!(refused.contains("expected a scenario"), "{refused}");
}

#[test]
fn a_wrong_value_of_an_exam_is_told_at_its_own_place_in_the_readers_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.yaml");
    let exam = "api: droplab/v1\ntitle: { en: Exam, ru: Экзамен }\npass: 50%\nseed: per-candidate\nscenarios:\n  \
                - { scenario: brown-out, points: 30, within: 12m }\n";
    for (right, wrong, wanted) in [
        ("50%", "150%", ":3:7: pass: `150%` is no percentage: expected 0% to 100%"),
        (
            "per-candidate",
            "7",
            ":4:7: seed: invalid type: integer `7`, expected `per-candidate`, or one for all: `{ fixed: 7 }`",
        ),
        ("points: 30", "points: many", "points: invalid type: string \"many\", expected a whole number"),
        ("within: 12m", "within: 12", ":6:48: scenarios[0].within: `12` is no duration"),
    ] {
        fs::write(&path, exam.replace(right, wrong)).unwrap();
        let refused = store::exams::read(&path, None, None).err().map(|why| why.to_string()).unwrap_or_default();
        assert!(refused.contains(wanted), "{wrong}: {refused}");
    }
}

#[test]
fn an_unknown_name_is_answered_with_a_near_one() {
    let error = store::scenarios::read(None, "payment-pool-exaustion").unwrap_err().to_string();
    insta::assert_snapshot!(error, @"no scenario `payment-pool-exaustion`; did you mean `payment-pool-exhaustion`?");
}

#[test]
fn a_folder_of_ones_own_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let minimal = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/minimal.yaml");
    fs::copy(minimal, folder.path().join("my-incident.yaml")).unwrap();
    assert_eq!(store::scenarios::ids(Some(folder.path())).unwrap(), ["my-incident"]);
    let (id, scenario) = store::scenarios::read(Some(folder.path()), "my-incident").unwrap();
    assert_eq!((id.as_str(), scenario.level), ("my-incident", 1));
    assert!(store::scenarios::read(Some(folder.path()), "payment-pool-exhaustion").is_err(), "only what is in it");
}

/// Editors read the file, droplab reads by the types: they must say the same.
#[test]
fn the_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenario.schema.json");
    let current = droplab::model::schema::schema();
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == current,
        "docs/scenario.schema.json is out of date: droplab lint --schema > docs/scenario.schema.json"
    );
}

#[test]
fn the_pages_of_incidents_are_current() {
    let incidents: Vec<_> = store::scenarios::ids(None).unwrap();
    let incidents: Vec<_> = incidents.iter().map(|id| store::scenarios::read(None, id).unwrap()).collect();
    for (name, flags, russian) in [("incidents.md", "", false), ("incidents.ru.md", " --lang ru", true)] {
        let current = droplab::report::catalogue::catalogue(&incidents, russian);
        let kept =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap_or_default();
        assert!(kept == current, "docs/{name} is out of date: droplab list --markdown{flags} > docs/{name}");
    }
}

/// The page counted rounds of files that had changed since.
#[test]
fn the_page_of_conformance_tells_what_its_evidence_tells() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let home = tempfile::tempdir().unwrap();
    let evidence = docs.join("conformance");
    let told = crate::cli::droplab(home.path(), &["conform", "--status", "--into", evidence.to_str().unwrap()]);
    assert_eq!(told.code, 0, "{}", told.err);
    let page = fs::read_to_string(docs.join("conformance.md")).unwrap();
    let next = "its table is what `droplab conform --status --into docs/conformance` prints";
    for row in told.out.lines() {
        assert!(page.lines().any(|line| line == row), "docs/conformance.md is out of date, {next}: {row}");
    }
}

/// A title is one cell, whoever wrote it; and a Russian page is Russian.
#[test]
fn a_page_of_incidents_is_a_table_in_its_own_language() {
    let read = |id: &str| store::scenarios::read(None, id).unwrap().1;
    let mut odd = read("drop-table");
    odd.title.ru = "Заказы | пропали\n<i>".to_owned();
    let page = droplab::report::catalogue::catalogue(&[("o|dd".to_owned(), odd)], true);
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(rows, ["| [Заказы \\| пропали &lt;i>](#o\\|dd) | 5 | database | 30m | 40/s, 3GiB, 2GiB диска, 6m |"]);
    let english = droplab::report::catalogue::catalogue(&[("x".to_owned(), read("drop-table"))], false);
    assert!(english.contains("2GiB of disk"), "{english}");
}
