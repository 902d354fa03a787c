//! `runs/<id>/`: the journal, the plan, the verdict and the reports of one run.
//!
//! **Invariant**: every run is found under droplab's home, wherever its files lie: that is how `droplab heal` finds it.

mod folder;

pub use folder::RunDir;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{StoreError, file, journal};
use crate::model::{event::EventKind, timeline::Timeline};

/// The journal's name in a run's folder.
pub const JOURNAL: &str = "journal.jsonl";

/// Find a run by its id, its folder or its journal; the latest one when nothing is named. A fault by hand is found by its name alone.
pub fn find(home: &Path, name: Option<&str>) -> Result<RunDir, StoreError> {
    let Some(name) = name else {
        let latest = all(home)?.into_iter().rev().find(|run| !is_by_hand(&run.journal()));
        return latest.ok_or_else(|| StoreError::UnknownRun("latest".into()));
    };
    let known = home.join("runs").join(name);
    let given = PathBuf::from(name);
    let path = if known.join(JOURNAL).exists() {
        known
    } else if given.join(JOURNAL).exists() {
        given
    } else if given.is_file() {
        return Ok(RunDir::of_journal(given));
    } else {
        return Err(StoreError::UnknownRun(name.to_owned()));
    };
    let id = path.file_name().map_or_else(|| name.to_owned(), |id| id.to_string_lossy().into_owned());
    Ok(RunDir::of(id, path))
}

/// Whether a journal is that of a fault by hand, of which there is nothing to judge. One that cannot be read may be anything.
fn is_by_hand(path: &Path) -> bool {
    journal::first(path).is_some_and(|event| matches!(event.kind, EventKind::InjectionBegan { .. }))
}

/// Every run under `home`, the oldest first. One whose journal cannot be looked at is among them: reading it says why.
pub fn all(home: &Path) -> Result<Vec<RunDir>, StoreError> {
    let mut runs: Vec<_> = listed(home)?.into_iter().filter(|run| !is_gone(&run.journal())).collect();
    runs.sort_by(|a, b| began(&a.id).cmp(&began(&b.id)));
    Ok(runs)
}

/// Whatever lies where runs are remembered. A folder that cannot be looked into is no empty one.
fn listed(home: &Path) -> Result<Vec<RunDir>, StoreError> {
    let runs = home.join("runs");
    let entries = match fs::read_dir(&runs) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(file("read", &runs))?,
    };
    let run = |entry: fs::DirEntry| RunDir::of(entry.file_name().to_string_lossy().into_owned(), entry.path());
    entries.map(|entry| entry.map(run).map_err(file("read", &runs))).collect()
}

/// Forget the runs whose folder was somewhere else and is gone, with its journal; each in words, because what it may have left in a lab
/// nobody can tell any more. One that may lie on a drive which is only away is told as well, and found again when it is back.
pub fn forget_gone(home: &Path) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for run in listed(home)? {
        let Some(folder) = fs::read_link(&run.path).ok().filter(|folder| is_gone(folder)) else { continue };
        let lay = format!("run {} lay in {}", run.id, folder.display());
        if was_taken_out(&folder) {
            fs::remove_file(&run.path).map_err(file("remove", &run.path))?;
            gone.push(format!("{lay}, which is gone, and its journal with it"));
        } else {
            let link = run.path.display();
            gone.push(format!("{lay}, where nothing is: a drive that is away? If it is gone for good: rm {link}"));
        }
    }
    Ok(gone)
}

/// Whether nothing is there. What only cannot be looked at (a drive that fails, a folder of somebody else's) is not gone.
fn is_gone(path: &Path) -> bool {
    fs::metadata(path).is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// Whether a folder that is gone was alone in that: the one above it is there, and not empty as the place of a drive that is away.
fn was_taken_out(folder: &Path) -> bool {
    let above = folder.parent().and_then(|above| fs::read_dir(above).ok());
    above.is_some_and(|mut beside| beside.next().is_some())
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
