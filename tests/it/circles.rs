//! No file needs, by whatever way, a file that needs it: the imports of both crates, file by file.
//!
//! A file in a folder may name its own parents: that is how Rust spreads the `impl` of one type over several files, and a
//! parent's `mod` line alone makes a child known. Only that direction is left out; everything else counts, a parent that
//! calls its child and a re-export among it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A file's place in its crate: `src/lab/host/mod.rs` is `lab/host`.
type Place = Vec<String>;
type Graph = BTreeMap<Place, BTreeSet<Place>>;

fn sources(folder: &Path, place: &Place, found: &mut BTreeMap<Place, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let own = |name: String| place.iter().cloned().chain([name]).collect::<Place>();
        if path.is_dir() {
            sources(&path, &own(stem), found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let here = if ["mod", "lib", "main"].contains(&stem.as_str()) { place.clone() } else { own(stem) };
            let text = fs::read_to_string(&path).unwrap();
            // A binary's and a library's root are one place here; what either needs counts.
            found.entry(here).or_default().push_str(&without_tests_and_comments(&text));
        }
    }
}

/// Tests may look at what they like.
fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The parts of a list, at its commas outside of braces.
fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0_u32, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&list[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&list[from..]);
    found
}

/// Every path of a `use`, its braces multiplied out.
fn expand(before: &[String], list: &str, found: &mut Vec<Place>) {
    for part in parts(list).into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let (head, inner) = part.split_once('{').map_or((part, None), |(head, inner)| (head, inner.strip_suffix('}')));
        let head = head.split(" as ").next().unwrap().split("::").map(str::trim).filter(|word| !word.is_empty());
        let path: Place = before.iter().cloned().chain(head.map(str::to_owned)).collect();
        match inner {
            Some(inner) => expand(&path, inner, found),
            None => found.push(path),
        }
    }
}

/// Every path that a file names: in `use`, and written out in its code.
fn named(text: &str) -> Vec<Place> {
    let (mut found, mut rest, mut code) = (Vec::new(), text, String::new());
    while let Some(at) = rest.find("use ") {
        // The word also stands in texts: an import begins its line, or follows how public it is.
        let line = rest[..at].rsplit('\n').next().unwrap().trim();
        let begins = line.is_empty() || line.starts_with("pub");
        code.push_str(&rest[..at]);
        rest = &rest[at + 4..];
        if begins && let Some((list, after)) = rest.split_once(';') {
            expand(&[], list, &mut found);
            rest = after;
        }
    }
    code.push_str(rest);
    let of_path = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
    let paths = code.split(|letter| !of_path(letter)).filter(|word| word.contains("::"));
    found.extend(paths.map(|path| path.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect()));
    found
}

/// The file that a path leads to, seen from a place; nothing when it leads out of the crate.
fn leads_to(path: &[String], here: &Place, all: &BTreeMap<Place, String>) -> Option<Place> {
    let up = path.iter().take_while(|word| *word == "super").count();
    let mut there: Place = match path.first()?.as_str() {
        "crate" => path[1..].to_vec(),
        "self" => here.iter().chain(&path[1..]).cloned().collect(),
        "super" => here.iter().take(here.len().checked_sub(up)?).chain(&path[up..]).cloned().collect(),
        child => {
            let own: Place = here.iter().cloned().chain([child.to_owned()]).collect();
            all.contains_key(&own).then(|| here.iter().chain(path).cloned().collect())?
        }
    };
    while !all.contains_key(&there) {
        there.pop()?;
    }
    Some(there)
}

fn graph(all: &BTreeMap<Place, String>) -> Graph {
    let needs = |(here, text): (&Place, &String)| {
        let found = named(text).into_iter().filter_map(|path| leads_to(&path, here, all));
        (here.clone(), found.filter(|there| !here.starts_with(there)).collect())
    };
    all.iter().map(needs).collect()
}

fn reached(from: &Place, graph: &Graph) -> BTreeSet<Place> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(place) = next.pop() {
        next.extend(graph[&place].iter().filter(|there| seen.insert((*there).clone())).cloned());
    }
    seen
}

/// Files that need each other, together.
fn circles(graph: &Graph) -> BTreeSet<Vec<String>> {
    let far: Graph = graph.keys().map(|place| (place.clone(), reached(place, graph))).collect();
    let ring = |place: &Place| {
        let with = far[place].iter().filter(|other| far[*other].contains(place));
        with.map(|other| other.join("/")).collect::<Vec<_>>()
    };
    far.keys().map(ring).filter(|ring| !ring.is_empty()).collect()
}

fn of_crate(folder: &str) -> Graph {
    let mut all = BTreeMap::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &Vec::new(), &mut all);
    graph(&all)
}

#[test]
fn no_file_of_droplab_needs_a_file_that_needs_it() {
    assert_eq!(circles(&of_crate("src")), BTreeSet::new());
}

#[test]
fn no_file_of_the_shop_needs_a_file_that_needs_it() {
    assert_eq!(circles(&of_crate("services/src")), BTreeSet::new());
}

#[test]
fn a_circle_is_found_whatever_way_it_is_written() {
    let crate_of = |files: &[(&str, &str)]| {
        let all = files.iter().map(|(place, text)| {
            let place: Place = place.split('/').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            (place, without_tests_and_comments(text))
        });
        circles(&graph(&all.collect()))
    };
    let ring = |files: &[&str]| BTreeSet::from([files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>()]);
    let nested = "use std::fmt;\npub(crate) use crate::{\n    a::{\n        c::Thing,\n        d,\n    },\n};";
    assert_eq!(
        crate_of(&[("", ""), ("a", ""), ("b", nested), ("a/c", "fn f() { crate::b::g() }"), ("a/d", "")]),
        ring(&["a/c", "b"])
    );
    assert_eq!(
        crate_of(&[("", ""), ("a", ""), ("a/b", "use super::c::X;"), ("a/c", "use super::{b, d};"), ("a/d", "")]),
        ring(&["a/b", "a/c"])
    );
    // A parent re-exports one child and another child comes back by way of the parent's caller.
    assert_eq!(
        crate_of(&[("", ""), ("a", "pub use b::X;"), ("a/b", "use crate::c;"), ("c", "use crate::a::X;")]),
        ring(&["a", "a/b", "c"])
    );
    // A child names its parent; a test and a comment name anything.
    let tests = "// crate::a::c\n#[cfg(test)]\nmod tests { use crate::a::c; }";
    assert_eq!(
        crate_of(&[
            ("", ""),
            ("a", "use b::X;"),
            ("a/b", "use super::Y;"),
            ("a/c", "use crate::a::d::Z;"),
            ("a/d", tests)
        ]),
        BTreeSet::new()
    );
}
