//! Every scenario to a plan, every wrong scenario to its message.

use std::{fs, path::Path};

use droplab::{
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
            let russian = text.ru.chars().any(|letter| ('а'..='я').contains(&letter));
            assert!(!text.en.trim().is_empty() && russian && text.en != text.ru, "{id}: {text:?}");
        }
        assert!(!scenario.story.en.contains(&scenario.diagnosis.mechanism), "{id}: the story gives the cause away");
        let mut names: Vec<_> = scenario.cheats.iter().map(|cheat| &cheat.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), scenario.cheats.len(), "{id}");
    }
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
