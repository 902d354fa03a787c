//! Files: scenarios, runs, and the lock that keeps two droplabs off one lab.
//!
//! **Invariant**: a file is either whole or absent (written aside, then renamed), and the journal is on disk before the blow.

pub mod journal;
pub mod lock;
pub mod runs;
pub mod scenarios;
pub mod typed;
mod yaml;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// What a file could not be made to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither embedded nor a file.
    #[error("no scenario `{name}`{suggestion}")]
    UnknownScenario {
        /// As typed.
        name: String,
        /// ``; did you mean `x`?`` or nothing.
        suggestion: String,
    },
    /// A scenario that cannot be read as one.
    #[error("{0}")]
    Invalid(#[from] yaml::Invalid),
    /// No run of that name.
    #[error("no run `{0}`")]
    UnknownRun(String),
    /// A journal that is none.
    #[error("{path}: line {line}: {why}")]
    Journal {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Somebody else holds the lab.
    #[error("{owner} works on lab `{lab}`")]
    Locked {
        /// Which lab.
        lab: String,
        /// Who, as far as the lock tells.
        owner: String,
    },
    /// The operating system refused.
    #[error("{tried} {path}: {source}")]
    File {
        /// `write`, `read` …
        tried: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Turns an I/O error into one that says what was tried on what.
fn file(tried: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { tried, path, source }
}

/// Where droplab keeps its own files: `$DROPLAB_HOME`, or the user's state folder.
pub fn home() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("DROPLAB_HOME")
        .or_else(|| variable("XDG_STATE_HOME").map(|state| state.join("droplab")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state/droplab")))
        .unwrap_or_else(|| PathBuf::from(".droplab"))
}

/// Write a file whole or not at all.
pub fn write_whole(path: &Path, content: &str) -> Result<(), StoreError> {
    let aside = path.with_extension("partial");
    let write = || -> io::Result<()> {
        let mut handle = fs::File::create(&aside)?;
        handle.write_all(content.as_bytes())?;
        handle.sync_all()?;
        fs::rename(&aside, path)
    };
    write().map_err(file("write", path))
}
