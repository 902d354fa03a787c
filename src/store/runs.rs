//! `runs/<id>/`: the journal, the plan, the verdict and the reports of one run.
//!
//! **Invariant**: every run is found under droplab's home, wherever its files lie: that is how `droplab heal` finds it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{StoreError, file, journal, write_whole};
use crate::model::{plan::Plan, timeline::Timeline};

/// The journal's name in a run's folder.
pub const JOURNAL: &str = "journal.jsonl";

/// The folder of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    /// The run's id.
    pub id: String,
    /// Its folder.
    pub path: PathBuf,
}

impl RunDir {
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
            return Ok(Self { id, path: known });
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
        Ok(Self { id, path })
    }

    /// Its journal.
    pub fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
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

/// Find a run by its id, its folder or its journal; the latest one when nothing is named.
pub fn find(home: &Path, name: Option<&str>) -> Result<RunDir, StoreError> {
    let Some(name) = name else {
        return all(home)?.pop().ok_or_else(|| StoreError::UnknownRun("latest".into()));
    };
    let known = home.join("runs").join(name);
    let given = PathBuf::from(name);
    let path = if known.join(JOURNAL).exists() {
        known
    } else if given.join(JOURNAL).exists() {
        given
    } else if given.is_file() {
        given.parent().map(Path::to_owned).unwrap_or_default()
    } else {
        return Err(StoreError::UnknownRun(name.to_owned()));
    };
    let id = path.file_name().map_or_else(|| name.to_owned(), |id| id.to_string_lossy().into_owned());
    Ok(RunDir { id, path })
}

/// Every run under `home`, the oldest first.
pub fn all(home: &Path) -> Result<Vec<RunDir>, StoreError> {
    let mut runs: Vec<_> = listed(home)?.into_iter().filter(|run| run.journal().exists()).collect();
    runs.sort_by(|a, b| began(&a.id).cmp(&began(&b.id)));
    Ok(runs)
}

/// Whatever lies where runs are remembered. A folder that cannot be looked into is no empty one.
fn listed(home: &Path) -> Result<Vec<RunDir>, StoreError> {
    let runs = home.join("runs");
    let entries = match fs::read_dir(&runs) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(file("read", &runs))?,
    };
    let run = |entry: fs::DirEntry| RunDir { id: entry.file_name().to_string_lossy().into_owned(), path: entry.path() };
    entries.map(|entry| entry.map(run).map_err(file("read", &runs))).collect()
}

/// Forget the runs whose folder was somewhere else and is gone, with its journal; each in words, because what it may have left in a lab
/// nobody can tell any more.
pub fn forget_gone(home: &Path) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for run in listed(home)? {
        let Ok(folder) = fs::read_link(&run.path) else { continue };
        if !folder.exists() {
            fs::remove_file(&run.path).map_err(file("remove", &run.path))?;
            gone.push(format!("run {} lay in {}, which is gone, and its journal with it", run.id, folder.display()));
        }
    }
    Ok(gone)
}

/// The part of an id that tells when: everything from `YYYYMMDD` on.
fn began(id: &str) -> Vec<&str> {
    let is_date = |part: &&str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit());
    id.split('-').skip_while(|part| !is_date(part)).collect()
}

/// What earlier runs may have left open.
#[derive(Debug, Default)]
pub struct Open {
    /// Runs of a lab with a fault that may still be in: the oldest first, so that the oldest way back is played last.
    pub runs: Vec<(RunDir, Timeline)>,
    /// Journals of which a part, or all, cannot be read, and why. What could be read of them is among `runs`.
    pub broken: Vec<String>,
}

/// Look for what earlier runs may have left open in this lab. No journal is passed over in silence.
pub fn unhealed(home: &Path, lab: &str) -> Open {
    let mut open = Open::default();
    let runs = all(home).unwrap_or_else(|error| {
        open.broken.push(error.to_string());
        Vec::new()
    });
    for run in runs {
        let (timeline, broken) = match journal::read_what_is_whole(&run.journal()) {
            Ok(read) => read,
            Err(error) => (Timeline::default(), Some(error)),
        };
        let ours = timeline.injection().map(|(_, done, rehearsal)| !rehearsal && done.before.lab == lab);
        let may_be_in = ours == Some(true) && !timeline.unhealed().is_empty();
        // Without its first line nobody knows which lab it was about.
        if let Some(why) = broken.filter(|_| may_be_in || ours.is_none()) {
            open.broken.push(why.to_string());
        }
        if may_be_in {
            open.runs.push((run, timeline));
        }
    }
    open
}
