//! Room for a play: its journal lies where that of the play before it lay.
//!
//! **Invariant**: a journal is the only way back of what its run broke: it is not taken away as long as any of that may be in.

use std::{fs, io::ErrorKind, path::Path};

use crate::{
    cli::{
        failure::{Code, Failure},
        lab::flags,
    },
    store::{
        journal,
        runs::{self, JOURNAL},
    },
};

/// Take an earlier play's folder away, so that the next one on this lab can have it.
pub(super) fn make(home: &Path, lab: &str, folder: &Path) -> Result<(), Failure> {
    healed(home, lab)?;
    // The play before this one may have been on another lab.
    if let Ok((earlier, _)) = journal::read_what_is_whole(&folder.join(JOURNAL))
        && let Some(its_lab) = earlier.lab().filter(|its_lab| *its_lab != lab)
    {
        healed(home, its_lab)?;
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::io("remove", folder, &error)),
        _ => Ok(()),
    }
}

/// Refuse as long as something of an earlier run may be in the lab. A journal that nobody can read may hide one.
pub(super) fn healed(home: &Path, lab: &str) -> Result<(), Failure> {
    let open = runs::unhealed(home, lab);
    let run = open.runs.first().map(|(run, _)| format!("run {} did not end properly", run.id));
    match run.or_else(|| open.broken.first().cloned()) {
        Some(why) => Err(Failure::new(Code::Unhealed, why).next(format!("droplab heal{}", flags(lab)))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            event::{EventKind, FaultState},
            facts::Facts,
            plan::Injection,
        },
        run::ports::Journal as _,
        store::{
            journal::{JournalFile, Wall},
            runs::RunDir,
        },
    };

    fn fault(state: FaultState) -> EventKind {
        EventKind::Fault { step: 0, state, reason: None }
    }

    /// A play that was killed when its fault was in.
    fn killed(home: &Path, lab: &str, folder: &Path) -> JournalFile {
        let run = RunDir::create(home, "x", jiff::Timestamp::now(), Some(folder)).unwrap();
        let mut journal = JournalFile::create(&run.journal(), Wall::Real).unwrap();
        let before = Facts { lab: lab.to_owned(), ..Facts::default() };
        let injection = Box::new(Injection { seed: 1, before, steps: vec![] });
        let began = EventKind::InjectionBegan { run: run.id, version: "0".into(), injection };
        for kind in [began, fault(FaultState::Planned), fault(FaultState::Injecting)] {
            journal.append(0.0, kind).unwrap();
        }
        journal
    }

    /// Each play began by taking the folder of the one before it away, and with it the only way back.
    #[test]
    fn the_only_way_back_is_not_taken_away() {
        let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = out.path().join("play");
        let make = |lab: &str| make(home.path(), lab, &folder);
        make("one").unwrap();
        let mut journal = killed(home.path(), "one", &folder);
        for next in ["one", "two"] {
            let refused = make(next).unwrap_err();
            assert_eq!((refused.code, refused.next.as_deref()), (Code::Unhealed, Some("droplab heal --lab one")));
            assert!(folder.join(JOURNAL).exists());
        }
        for state in [FaultState::Healing, FaultState::Healed] {
            journal.append(1.0, fault(state)).unwrap();
        }
        make("two").unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn a_journal_that_nobody_can_read_may_be_one() {
        let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = out.path().join("play");
        drop(killed(home.path(), "one", &folder));
        fs::write(folder.join(JOURNAL), "not a line\n").unwrap();
        let refused = make(home.path(), "two", &folder).unwrap_err();
        assert!(refused.code == Code::Unhealed && refused.why.contains(JOURNAL), "{refused}");
        assert!(folder.join(JOURNAL).exists());
    }
}
