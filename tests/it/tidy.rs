//! The house rules, held by a machine.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use droplab::model::verdict::{Course, Effect, Finding, Impact, Times, Truth, Verdict};

/// Module → other modules of this crate that it may use (DESIGN: the house). `cli` may use everything.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("home", &[]),
    ("log", &[]),
    ("faults", &["model"]),
    ("judge", &["model"]),
    ("report", &["model"]),
    ("postmortem", &["model", "judge", "report"]),
    ("plan", &["model", "faults"]),
    ("run", &["model", "faults"]),
    ("lab", &["model", "run::ports", "home", "log"]),
    // The images that a lab holds are a list of names, made from the folder of releases: no effect in it.
    ("rehearsal", &["model", "run::ports", "lab::engine::images"]),
    ("llm", &["log"]),
    ("load", &["model", "run::ports"]),
    ("store", &["model", "run::ports", "home"]),
    ("terminal", &["model", "run::ports"]),
];

/// No file of ours has more lines of code, its tests not counted.
const LONGEST: usize = 200;
/// But these, which may only shrink.
const STILL_LONGER: &[(&str, usize)] = &[("src/lab/command.rs", 213)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Code without its tests: what follows `#[cfg(test)]` to the end of the file.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// `a::b` for each `crate::a::b`, also in nested `use crate::{a::{…}, b}`.
fn uses(text: &str) -> BTreeSet<String> {
    let flat: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for part in flat.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            let (mut depth, mut item) = (0_i32, String::new());
            for letter in list.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(std::mem::take(&mut item).trim().to_owned());
                        continue;
                    }
                    _ => {}
                }
                item.push(letter);
            }
            found.insert(item.trim().to_owned());
        } else {
            found
                .insert(part.chars().take_while(|letter| letter.is_alphanumeric() || "_:".contains(*letter)).collect());
        }
    }
    found.remove("");
    found
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (module, allowed) in TABLE {
        let single = root().join(format!("src/{module}.rs"));
        let mut paths = files(&root().join("src").join(module), &["rs"]);
        paths.extend(single.exists().then_some(single));
        for path in paths {
            for used in uses(code(&read(&path))) {
                let fine = [allowed, &[*module][..]].concat().iter().any(|allowed| {
                    used == *allowed
                        || used.starts_with(&format!("{allowed}::"))
                        || used.replace(' ', "").starts_with(&format!("{allowed}::"))
                });
                if !fine {
                    wrong.push(format!("{}: {module} may not use {used}", name(&path)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_has_a_purpose_an_invariant_and_an_end() {
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), &["rs"]).into_iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = read(&path);
        let doc: String = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
        let is_fault = name(&path).starts_with("src/faults/") && doc.contains("# Expiry");
        if doc.is_empty() || !(doc.contains("**Invariant**") || is_fault || name(&path) == "src/main.rs") {
            wrong.push(format!("{}: opens without purpose and invariant", name(&path)));
        }
        let lines = code(&text).lines().count();
        let most = STILL_LONGER.iter().find(|(longer, _)| *longer == name(&path)).map_or(LONGEST, |(_, most)| *most);
        if lines > most {
            wrong.push(format!("{}: {lines} lines, {most} are the most", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_fault_has_one_name_everywhere_and_the_same_headings() {
    let folder = root().join("src/faults");
    let manual = read(&root().join("docs/faults.md"));
    let model = read(&root().join("src/model/fault.rs"));
    let is_fault = |path: &PathBuf| {
        !["mod.rs", "context.rs", "manual.rs", "parameters.rs"].iter().any(|other| path.ends_with(other))
    };
    let manuals: BTreeSet<_> = droplab::faults::manual::FAULTS.iter().map(|fault| fault.key.to_owned()).collect();
    let keys = files(&folder, &["rs"]).into_iter().filter(is_fault);
    let keys: BTreeSet<_> = keys.map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-")).collect();
    assert_eq!(keys, manuals, "src/faults/ and the table in src/faults/manual.rs");
    for path in files(&folder, &["rs"]).into_iter().filter(is_fault) {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let key = file.replace('_', "-");
        let variant: String = file.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        assert!(model.contains(&format!("{variant}({variant})")) && model.contains(&format!("\"{key}\"")), "{key}");
        let doc: Vec<_> =
            read(&path).lines().map_while(|line| line.strip_prefix("//!").map(|text| text.trim().to_owned())).collect();
        let headings: Vec<_> = doc.iter().filter_map(|line| line.strip_prefix("# ")).collect();
        assert_eq!(headings, ["Story", "Breaks", "Heals", "Expiry", "Needs", "Seen in production"], "{key}");
        let section = doc.join("\n").replace("\n# ", "\n### ");
        assert!(
            manual.contains(&format!("## {key}\n\n{section}")),
            "docs/faults.md differs from {}; it should hold:\n## {key}\n\n{section}",
            name(&path)
        );
    }
}

#[test]
fn every_scenario_in_the_folder_is_carried() {
    let inside: BTreeSet<_> = droplab::store::scenarios::ids(None).unwrap().into_iter().collect();
    let outside: BTreeSet<_> = files(&root().join("scenarios"), &["yaml"])
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(inside, outside);
}

#[test]
fn every_field_of_the_verdict_is_documented() {
    let manual = read(&root().join("docs/verdict.md"));
    let verdict = Verdict {
        run: String::new(),
        scenario: String::new(),
        rehearsal: false,
        seed: 0,
        truth: Truth::Unknown,
        findings: vec![Finding {
            expectation: String::new(),
            truth: Truth::Pass,
            sentence: String::new(),
            evidence: vec![],
        }],
        times: Times::default(),
        probes: [("p".to_owned(), Course::default())].into(),
        impact: Impact::default(),
        effect: Effect::default(),
        residue: vec![],
        drift: vec![],
        kept: vec![],
        adjusted: vec![],
        proposed_rate: None,
        score: None,
    };
    let mut missing = Vec::new();
    let mut names = |value: &serde_json::Value| {
        let keys = value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        missing.extend(keys.into_iter().filter(|key| !manual.contains(&format!("`{key}`"))));
    };
    let value = serde_json::to_value(verdict).unwrap();
    names(&value);
    names(&value["findings"][0]);
    names(&value["times"]);
    names(&value["probes"]["p"]);
    names(&value["impact"]);
    names(&value["effect"]);
    assert!(missing.is_empty(), "docs/verdict.md says nothing of {missing:?}");
}

#[test]
fn the_project_speaks_of_the_project_only() {
    // Spelled in parts, or this file would be its own first finding.
    let forbidden = [
        ["/wo", "rk/"],
        ["Clau", "de"],
        ["Anthro", "pic"],
        ["chat", "gpt"],
        ["co", "pilot"],
        ["TO", "DO"],
        ["FIX", "ME"],
        ["language mod", "el"],
    ];
    let folders = ["src", "tests", "scenarios", "docs", "charts", "images", "services", "setup", "agent"];
    let extensions = ["rs", "yaml", "md", "toml", "sh", "snap", "go", ""];
    let mut wrong = Vec::new();
    for path in folders.iter().flat_map(|folder| files(&root().join(folder), &extensions)) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for words in &forbidden {
            let word = words.concat();
            for (number, line) in text.lines().enumerate().filter(|(_, line)| line.contains(&word)) {
                wrong.push(format!("{}:{}: {}", name(&path), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
