//! The folder in which a lab keeps what it needs to know of itself: `~/.local/state/droplab/labs/NAME`.
//!
//! **Invariant**: files appear whole or not at all, and only their owner can read them; losing the folder loses nothing
//! that the engine or the cluster cannot tell again.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{error::LabError, layout::Layout};

/// What `lab.json` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
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

/// Held while a droplab changes a lab; released with the process, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl State {
    /// The folder of the lab of this name; nothing is made yet.
    pub fn of(name: &str) -> Self {
        let home = || PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/".into())).join(".local/state");
        let base =
            env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).unwrap_or_else(home);
        Self { name: name.to_owned(), root: base.join("droplab") }
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
    pub fn record(&self) -> Result<Option<Record>, LabError> {
        let Some(text) = self.read("lab.json")? else { return Ok(None) };
        let malformed = |error: serde_json::Error| LabError::Malformed {
            what: self.path("lab.json").display().to_string(),
            why: error.to_string(),
        };
        serde_json::from_str(&text).map(Some).map_err(malformed)
    }

    /// Keep what is known of the lab.
    pub fn keep(&self, record: &Record) -> Result<(), LabError> {
        self.write("lab.json", &serde_json::to_string_pretty(record).unwrap_or_default())
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
        self.write_with(file, text, 0o600)
    }

    /// Write a program.
    pub fn write_program(&self, file: &str, text: &str) -> Result<(), LabError> {
        self.write_with(file, text, 0o700)
    }

    fn write_with(&self, file: &str, text: &str, mode: u32) -> Result<(), LabError> {
        let path = self.path(file);
        let attempt = || -> io::Result<()> {
            make_folder(path.parent().unwrap_or(&path))?;
            let fresh = path.with_file_name(format!(".{}.new", path.file_name().unwrap_or_default().to_string_lossy()));
            let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&fresh)?;
            out.write_all(text.as_bytes())?;
            out.sync_all()?;
            fs::rename(&fresh, &path)
        };
        attempt().map_err(|source| LabError::State { tried: "write", path: path.clone(), source })
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

    /// Take the lab for oneself; `verb` tells others what for.
    pub fn lock(&self, verb: &str) -> Result<Lock, LabError> {
        let path = self.root.join("locks").join(&self.name);
        let failed = |source| LabError::State { tried: "lock", path: path.clone(), source };
        make_folder(path.parent().unwrap_or(&path)).map_err(failed)?;
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = open.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(LabError::Busy { name: self.name.clone(), holder: holder.trim().to_owned() });
            }
            Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        let line = format!("droplab {verb}, process {}\n", std::process::id());
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(line.as_bytes())).map_err(failed)?;
        Ok(Lock { _file: file })
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(folder: &Path) -> State {
        State { name: "one".to_owned(), root: folder.to_owned() }
    }

    #[test]
    fn a_record_reads_back_and_forgetting_is_repeatable() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        assert_eq!(state.record().unwrap(), None);
        let record = Record {
            layout: Layout::new("one", 27_000).unwrap(),
            node_image: "droplab/node:x".to_owned(),
            complete: true,
            images: BTreeMap::new(),
            started: [("one-worker".to_owned(), "2026-01-01T10:00:00Z".to_owned())].into(),
        };
        state.keep(&record).unwrap();
        assert_eq!(state.record().unwrap(), Some(record));
        state.forget().unwrap();
        state.forget().unwrap();
        assert_eq!(state.record().unwrap(), None);
    }

    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        state.write("secrets.json", "{}").unwrap();
        assert_eq!(state.path("secrets.json").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_second_to_lock_hears_who_was_first() {
        let folder = tempfile::tempdir().unwrap();
        let state = state(folder.path());
        let held = state.lock("up").unwrap();
        let error = state.lock("down").unwrap_err().to_string();
        assert!(error.contains("droplab up, process"), "{error}");
        drop(held);
        assert!(state.lock("down").is_ok());
    }
}
