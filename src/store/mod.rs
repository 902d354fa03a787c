//! Files: scenarios, exams and runs, keys and what is signed or sealed with them.
//!
//! **Invariant**: a file is either whole or absent, and the journal is on disk before the blow.

pub mod exams;
pub mod journal;
pub mod keys;
pub mod runs;
pub mod scenarios;
pub mod sealed;
pub mod signed;
pub mod typed;
mod yaml;

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::home::{self, Readers};

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
    /// An exam that cannot be held: a line for each reason.
    #[error("{0}")]
    Exam(String),
    /// A scenario that only an examiner opens.
    #[error("{path} is sealed: {why}")]
    Sealed {
        /// Which file.
        path: PathBuf,
        /// Why it stays shut.
        why: String,
    },
    /// A key that is none.
    #[error("{path}: {why}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
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

/// Where runs are, among droplab's other files.
pub fn home() -> PathBuf {
    home::folder()
}

/// Write a file whole or not at all.
pub fn write_whole(path: &Path, content: &str) -> Result<(), StoreError> {
    home::write_whole(path, content, Readers::Usual).map_err(file("write", path))
}
