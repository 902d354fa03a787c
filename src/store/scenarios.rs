//! Scenarios: those that droplab carries, and those of a user's own.
//!
//! **Invariant**: every file in `scenarios/` is embedded (held by `tests/it/tidy.rs`); the id is the file's name.

use std::{fs, path::Path};

use super::{StoreError, file, yaml};
use crate::model::scenario::Scenario;

macro_rules! embedded {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../scenarios/", $id, ".yaml")))),*]
    };
}

/// Id and text of each scenario that droplab carries.
pub const EMBEDDED: &[(&str, &str)] = embedded!["payment-pool-exhaustion"];

/// Read a scenario by its id, or from a file of the user's (anything with a `/` or ending in `.yaml`).
pub fn read_scenario(name: &str) -> Result<(String, Scenario), StoreError> {
    let path = Path::new(name);
    if name.contains('/') || path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        let text = fs::read_to_string(path).map_err(file("read", path))?;
        let id = path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned());
        return Ok((id, yaml::read(path.to_owned(), &text)?));
    }
    let Some((id, text)) = EMBEDDED.iter().find(|(id, _)| *id == name) else {
        return Err(unknown(name));
    };
    Ok(((*id).to_owned(), yaml::read(format!("scenarios/{id}.yaml").into(), text)?))
}

fn unknown(name: &str) -> StoreError {
    let near = EMBEDDED
        .iter()
        .map(|(id, _)| (strsim::damerau_levenshtein(name, id), *id))
        .filter(|(distance, id)| *distance * 2 <= id.len() || id.contains(name))
        .min();
    let suggestion = near.map_or_else(String::new, |(_, id)| format!("; did you mean `{id}`?"));
    StoreError::UnknownScenario { name: name.to_owned(), suggestion }
}
