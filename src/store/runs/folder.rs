//! The folder of one run, and the journal that is meant by it.
//!
//! **Invariant**: another run's files are never written over; a journal that was named is the one that is read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::JOURNAL;
use crate::{
    model::plan::Plan,
    store::{StoreError, file, write_whole},
};

/// The folder of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    /// The run's id.
    pub id: String,
    /// Its folder.
    pub path: PathBuf,
    /// Its journal: the folder's own, or the very file that was named.
    journal: PathBuf,
}

impl RunDir {
    /// A run whose journal is where every run's is.
    pub(super) fn of(id: String, path: PathBuf) -> Self {
        let journal = path.join(JOURNAL);
        Self { id, path, journal }
    }

    /// A journal that was named: it is the one that is meant, whatever lies beside it.
    pub(super) fn of_journal(journal: PathBuf) -> Self {
        let path = journal.parent().map(Path::to_owned).unwrap_or_default();
        let whose = if journal.ends_with(JOURNAL) { path.file_name() } else { journal.file_name() };
        let id = whose.map_or_else(|| journal.display().to_string(), |name| name.to_string_lossy().into_owned());
        Self { id, path, journal }
    }

    /// Whether its journal lies by itself, as somebody has sent it: what else is in that folder may be another run's.
    pub fn lies_by_itself(&self) -> bool {
        !self.journal.ends_with(JOURNAL)
    }

    /// Make the folder of a new run, in `out` if given, and remember it under `home`.
    pub fn create(home: &Path, scenario: &str, now: Timestamp, out: Option<&Path>) -> Result<Self, StoreError> {
        let runs = home.join("runs");
        fs::create_dir_all(&runs).map_err(file("create", &runs))?;
        let stamp = now.strftime("%Y%m%d-%H%M%S");
        let mut id = format!("{scenario}-{stamp}");
        // Two runs in one second.
        let mut others = 0;
        while runs.join(&id).exists() {
            others += 1;
            id = format!("{scenario}-{stamp}-{others}");
        }
        let known = runs.join(&id);
        let Some(out) = out else {
            fs::create_dir(&known).map_err(file("create", &known))?;
            return Ok(Self::of(id, known));
        };
        fs::create_dir_all(out).map_err(file("create", out))?;
        let journal = out.join(JOURNAL);
        if journal.exists() {
            let source = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "another run's files are here");
            return Err(file("begin a run in", out)(source));
        }
        let path = fs::canonicalize(out).map_err(file("find", out))?;
        forget(&runs, &path)?;
        std::os::unix::fs::symlink(&path, &known).map_err(file("link", &known))?;
        Ok(Self::of(id, path))
    }

    /// Its journal.
    pub fn journal(&self) -> PathBuf {
        self.journal.clone()
    }

    /// Keep the plan beside the journal, for people; the journal holds it as well.
    pub fn write_plan(&self, plan: &Plan) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(plan).unwrap_or_default();
        write_whole(&self.path.join("plan.json"), &(text + "\n"))
    }

    /// Keep reports: name and content of each.
    pub fn write_reports(&self, reports: &[(&str, String)]) -> Result<(), StoreError> {
        reports.iter().try_for_each(|(name, content)| write_whole(&self.path.join(name), content))
    }
}

/// Names of earlier runs that lay in a folder whose files are gone: under them the next run would be found a second time, and its
/// journal healed by two.
fn forget(runs: &Path, folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(runs).map_err(file("read", runs))?.flatten() {
        if fs::read_link(entry.path()).is_ok_and(|target| target == folder) {
            fs::remove_file(entry.path()).map_err(file("remove", &entry.path()))?;
        }
    }
    Ok(())
}
