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

/// Where systems put drives, or a folder for each person's drives.
const DRIVES: [&str; 4] = ["/media", "/run/media", "/mnt", "/Volumes"];

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
        let Some(folder) = lost(&run) else { continue };
        if was_taken_out(&folder) {
            fs::remove_file(&run.path).map_err(file("remove", &run.path))?;
            gone.push(format!("run {} lay in {}, which is gone, and its journal with it", run.id, folder.display()));
        } else {
            gone.push(not_found(&run, &folder));
        }
    }
    Ok(gone)
}

/// The folder somewhere else in which a run lay, where nothing is any more.
fn lost(run: &RunDir) -> Option<PathBuf> {
    fs::read_link(&run.path).ok().filter(|folder| is_gone(folder))
}

fn not_found(run: &RunDir, folder: &Path) -> String {
    let (lay, link) = (folder.display(), run.path.display());
    format!("run {} lay in {lay}, where nothing is: a drive that is away? If it is gone for good: rm {link}", run.id)
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

/// Whether a folder that is gone may be on a drive that is away: where it lay nothing is, or drives come and go. What was deleted
/// together with the folders around it is no reason to refuse all that comes after it.
fn may_be_away(folder: &Path) -> bool {
    let Some(above) = folder.ancestors().skip(1).find(|above| !is_gone(above)) else { return false };
    let is_empty = fs::read_dir(above).is_ok_and(|mut inside| inside.next().is_none());
    let has_drives = above.ancestors().take(2).any(|place| DRIVES.iter().any(|drives| place == Path::new(drives)));
    !was_taken_out(folder) && (is_empty || has_drives)
}

/// The runs whose journals may be on a drive that is away, each in words. What lay in a folder of droplab's, or in that of a run that is
/// there, lay on no other drive.
fn away(home: &Path) -> Vec<String> {
    // Whoever looks for the runs that are there is told why they cannot be listed.
    let runs = listed(home).unwrap_or_default();
    let there: Vec<PathBuf> = runs.iter().map(|run| &*run.path).chain([home]).flat_map(fs::canonicalize).collect();
    let is_inside = |folder: &Path| there.iter().any(|other| folder.starts_with(other));
    let missing = runs.iter().filter_map(|run| Some((run, lost(run)?)));
    let away = missing.filter(|(_, folder)| may_be_away(folder) && !is_inside(folder));
    away.map(|(run, folder)| not_found(run, &folder)).collect()
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
    /// Journals of which a part, or all, cannot be read, and why: one on a drive that is away among them. What could be read of them is
    /// among `runs`.
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
    open.broken.extend(away(home));
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(home: &Path, second: i64, folder: &Path) -> RunDir {
        RunDir::create(home, "a", jiff::Timestamp::from_second(second).unwrap(), Some(folder)).unwrap()
    }

    /// `droplab run` passed over a run whose journal was on a drive that was away: only a heal told of it.
    #[test]
    fn a_journal_on_a_drive_that_is_away_may_hide_a_fault() {
        let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (drive, beside) = (out.path().join("drive"), out.path().join("notes"));
        let run = create(home.path(), 1, &drive.join("of/anna"));
        let broken = || unhealed(home.path(), "any").broken;
        assert_eq!(broken(), [""; 0]);

        // The place of a drive is empty as long as it is away, or away itself.
        fs::remove_dir_all(drive.join("of")).unwrap();
        let told = forget_gone(home.path()).unwrap();
        assert!(told.len() == 1 && told[0].contains("If it is gone for good: rm "), "{told:?}");
        assert_eq!(broken(), told);
        fs::remove_dir(&drive).unwrap();
        assert_eq!(broken(), told);
        // Deleted together with the folder around it, from among others.
        fs::write(&beside, "").unwrap();
        assert_eq!(broken(), [""; 0]);
        // As the words say.
        fs::remove_file(&beside).unwrap();
        assert_eq!(broken(), told);
        fs::remove_file(home.path().join("runs").join(&run.id)).unwrap();
        assert_eq!(broken(), [""; 0]);
    }

    /// Whoever plays again takes the folder of the play before away: that must not keep it from playing.
    #[test]
    fn what_lay_in_a_folder_that_is_there_was_deleted() {
        let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let run = create(home.path(), 1, out.path());
        for (second, around) in [(2, home.path().join("conform")), (3, run.path.join("tried"))] {
            let play = create(home.path(), second, &around.join("play"));
            fs::remove_dir(&play.path).unwrap();
            assert!(may_be_away(&play.path), "nothing is left beside it");
            assert_eq!(unhealed(home.path(), "any").broken, [""; 0]);
        }
    }
}
