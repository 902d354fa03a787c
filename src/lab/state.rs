//! The folder in which a lab keeps what it needs to know of itself: `labs/NAME` in droplab's own folder.
//!
//! **Invariant**: files appear whole or not at all, and only their owner can read them; losing the folder loses nothing
//! that the engine or the cluster cannot tell again.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::home::{self, Readers};
use crate::lab::{error::LabError, layout::Layout};

/// What `lab.json` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name and ports.
    #[serde(flatten)]
    pub layout: Layout,
    /// The image of the nodes.
    pub node_image: String,
    /// Whether the cluster was ever complete; if not, the next `up` makes it anew.
    pub complete: bool,
    /// What was brought into the nodes: image name → the engine's id.
    #[serde(default)]
    pub images: BTreeMap<String, String>,
    /// When each node had been started when `up` came to its end: another time tells of a restart behind its back.
    #[serde(default)]
    pub started: BTreeMap<String, String>,
}

/// A lab's folder.
#[derive(Clone, Debug)]
pub struct State {
    name: String,
    root: PathBuf,
}

impl State {
    /// The folder of the lab of this name; nothing is made yet.
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned(), root: home::folder() }
    }

    /// The names of all labs that have a folder.
    pub fn names() -> Vec<String> {
        let labs = Self::of("").root.join("labs");
        let entries = fs::read_dir(labs).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// The lab's folder.
    pub fn folder(&self) -> PathBuf {
        self.root.join("labs").join(&self.name)
    }

    /// A file of the lab.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder().join(file)
    }

    /// The lab's own kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.path("kubeconfig")
    }

    /// What is known of the lab; `None` when there is none.
    pub fn manifest(&self) -> Result<Option<Manifest>, LabError> {
        let Some(text) = self.read("lab.json")? else { return Ok(None) };
        let malformed = |error: serde_json::Error| LabError::Malformed {
            what: self.path("lab.json").display().to_string(),
            why: error.to_string(),
        };
        serde_json::from_str(&text).map(Some).map_err(malformed)
    }

    /// Keep what is known of the lab.
    pub fn keep(&self, manifest: &Manifest) -> Result<(), LabError> {
        self.write("lab.json", &serde_json::to_string_pretty(manifest).unwrap_or_default())
    }

    /// The text of a file; `None` when there is none.
    pub fn read(&self, file: &str) -> Result<Option<String>, LabError> {
        let path = self.path(file);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(LabError::State { tried: "read", path, source }),
        }
    }

    /// Write a file that only its owner can read, whole or not at all.
    pub fn write(&self, file: &str, text: &str) -> Result<(), LabError> {
        self.write_for(file, text, Readers::Owner)
    }

    /// Write a program.
    pub fn write_program(&self, file: &str, text: &str) -> Result<(), LabError> {
        self.write_for(file, text, Readers::OwnerRuns)
    }

    fn write_for(&self, file: &str, text: &str, readers: Readers) -> Result<(), LabError> {
        let path = self.path(file);
        let made = home::make_folder(path.parent().unwrap_or(&path));
        let written = made.and_then(|()| home::write_whole(&path, text, readers));
        written.map_err(|source| LabError::State { tried: "write", path, source })
    }

    /// Forget the lab.
    pub fn forget(&self) -> Result<(), LabError> {
        let path = self.folder();
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LabError::State { tried: "remove", path, source: error })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn state(folder: &Path) -> State {
        State { name: "one".to_owned(), root: folder.to_owned() }
    }

    #[test]
    fn a_manifest_reads_back_and_forgetting_is_repeatable() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        assert_eq!(state.manifest().unwrap(), None);
        let manifest = Manifest {
            layout: Layout::new("one", 27_000).unwrap(),
            node_image: "droplab/node:x".to_owned(),
            complete: true,
            images: BTreeMap::new(),
            started: [("one-worker".to_owned(), "2026-01-01T10:00:00Z".to_owned())].into(),
        };
        state.keep(&manifest).unwrap();
        assert_eq!(state.manifest().unwrap(), Some(manifest));
        state.forget().unwrap();
        state.forget().unwrap();
        assert_eq!(state.manifest().unwrap(), None);
    }

    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        state.write("secrets.json", "{}").unwrap();
        assert_eq!(state.path("secrets.json").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
