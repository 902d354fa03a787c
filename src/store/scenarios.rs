//! Scenarios: those that droplab carries, those of a user's own folder, and single files.
//!
//! **Invariant**: the id is the file's name; a folder is read whole, and nothing is known by name in code.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{StoreError, file, sealed, yaml};
use crate::model::{nearest::nearest, scenario::Scenario};

/// Name and text of each file in `scenarios/`, as it was when droplab was built: the one binary works outside of the repository.
const CARRIED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The ids of all scenarios, in order: of a folder, or of those that droplab carries.
pub fn ids(folder: Option<&Path>) -> Result<Vec<String>, StoreError> {
    let Some(folder) = folder else { return Ok(CARRIED.iter().map(|(id, _)| (*id).to_owned()).collect()) };
    let entries = fs::read_dir(folder).map_err(file("read", folder))?;
    let mut ids: Vec<String> = entries.flatten().filter_map(|entry| id(&entry.path())).collect();
    ids.sort();
    Ok(ids)
}

/// Read a scenario by its id (of a folder, or of those that droplab carries), or from a file (anything with a `/` or ending in
/// `.yaml`).
pub fn read(folder: Option<&Path>, name: &str) -> Result<(String, Scenario), StoreError> {
    if is_file(name) {
        return read_file(Path::new(name)).map(|(id, scenario, _)| (id, scenario));
    }
    let known = ids(folder)?;
    if !known.iter().any(|id| id == name) {
        let near = nearest(name, known.iter().map(String::as_str))
            .or_else(|| known.iter().map(String::as_str).find(|id| id.contains(name)));
        let suggestion = near.map_or_else(String::new, |id| format!("; did you mean `{id}`?"));
        return Err(StoreError::UnknownScenario { name: name.to_owned(), suggestion });
    }
    if let Some(folder) = folder {
        return read_file(&folder.join(format!("{name}.yaml"))).map(|(id, scenario, _)| (id, scenario));
    }
    let text = CARRIED.iter().find(|(id, _)| *id == name).map(|(_, text)| *text).unwrap_or_default();
    Ok((name.to_owned(), yaml::read(PathBuf::from(format!("scenarios/{name}.yaml")), text)?))
}

/// Whether a name is a file's, sealed or not.
pub(super) fn is_file(name: &str) -> bool {
    let path = Path::new(name);
    name.contains('/') || id(path).is_some() || path.extension().is_some_and(|extension| extension == sealed::EXTENSION)
}

/// A scenario's id, the scenario, and its text. One that is sealed stays shut.
pub fn read_file(path: &Path) -> Result<(String, Scenario, String), StoreError> {
    let content = fs::read(path).map_err(file("read", path))?;
    if sealed::is_sealed(&content) {
        sealed::open(path, &content, None)?;
    }
    let no_text = |_| std::io::Error::new(std::io::ErrorKind::InvalidData, "stream did not contain valid UTF-8");
    let text = String::from_utf8(content).map_err(no_text).map_err(file("read", path))?;
    let id = path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned());
    Ok((id, yaml::read(path.to_owned(), &text)?, text))
}

/// A scenario from its text; the path is for complaints.
pub fn parse(path: &Path, text: &str) -> Result<Scenario, yaml::Invalid> {
    yaml::read(path.to_owned(), text)
}

/// Where a field stands in a text, as line and column from 1: the last of its words that is found in order.
pub fn place(text: &str, field: &str) -> (usize, usize) {
    let words = field.split(['.', '[', ']', '/']).filter(|word| !word.is_empty() && word.parse::<usize>().is_err());
    let (mut line, mut column) = (0, 0);
    for word in words {
        let found = text.lines().enumerate().skip(line).find_map(|(number, text)| {
            let from = if number == line { column } else { 0 };
            let at = text.get(from..)?.find(word)? + from;
            Some((number, at))
        });
        if let Some(found) = found {
            (line, column) = found;
        }
    }
    (line + 1, column + 1)
}

fn id(path: &Path) -> Option<String> {
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    yaml.then(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_in_its_text() {
        let text = "page: { when: a }\nexpect:\n  - recovers: { when: b }\n";
        assert_eq!(place(text, "expect.recovers.when"), (3, 17));
        assert_eq!(place(text, "page.when"), (1, 9));
        assert_eq!(place(text, "nowhere"), (1, 1));
    }
}
