//! One droplab at a time changes a lab.
//!
//! Whoever changes a lab has its lock: `up`, `down`, `reset` and a run for as long as they last, a heal, and a fault by hand while it is
//! put in and taken out. While a fault by hand is only held, others may put one in beside it or take it out; but the lab as a whole
//! belongs to nobody then. So a held fault has a lock of its own, which is taken under the lab's.
//!
//! **Invariant**: the kernel holds each lock, not the file: when its owner dies, however, the lock is free.

use std::{
    fs, io,
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use super::make_folder;

/// Why a lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody changes the lab.
    #[error("{owner} works on lab `{lab}`")]
    Busy {
        /// Which lab.
        lab: String,
        /// Who, as far as the lock tells.
        owner: String,
    },
    /// Somebody holds a fault in the lab.
    #[error("{owner} holds fault {fault} in lab `{lab}`")]
    Held {
        /// Which lab.
        lab: String,
        /// Which fault.
        fault: String,
        /// Who, as far as the lock tells.
        owner: String,
    },
    /// The operating system refused.
    #[error("{tried} {path}: {source}")]
    File {
        /// `create`, `open`, `lock`.
        tried: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Held as long as it lives.
#[derive(Debug)]
#[must_use = "it is free again as soon as this is dropped"]
pub struct Lock {
    _file: fs::File,
    /// A file that nobody needs once its lock is free.
    away: Option<PathBuf>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(path) = &self.away {
            let _ = fs::remove_file(path);
        }
    }
}

/// What has a lock of its own, beside the lab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A fault that somebody holds.
    Fault,
    /// The pods by which somebody reaches another cluster's nodes.
    Door,
}

/// Whose things there are: the name of each, and who has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Those whose owner lives, with the owner's own words.
    pub alive: Vec<(String, String)>,
    /// Those whose owner is gone.
    pub dead: Vec<String>,
}

/// The lab as a whole, or who has it or a fault in it. `doing` is what the next one is told: `droplab run (pid 812, since 14:03:12)`.
pub fn alone(home: &Path, lab: &str, doing: &str) -> Result<Lock, LockError> {
    let lock = turn(home, lab, doing)?;
    let faults = owners(home, lab, Thing::Fault);
    if let Some((fault, owner)) = faults.alive.into_iter().next() {
        return Err(LockError::Held { lab: lab.to_owned(), fault, owner });
    }
    faults.dead.iter().for_each(|fault| forget(home, lab, Thing::Fault, fault));
    Ok(lock)
}

/// The right to change the lab now, beside whatever is held in it.
pub fn turn(home: &Path, lab: &str, doing: &str) -> Result<Lock, LockError> {
    let path = folder(home).join(plain(lab));
    match take(&path, doing)? {
        Ok(file) => Ok(Lock { _file: file, away: None }),
        Err(owner) => Err(LockError::Busy { lab: lab.to_owned(), owner }),
    }
}

/// A thing's own lock. Its name is told once: whoever asks for one that somebody has is wrong.
pub fn own(home: &Path, lab: &str, thing: Thing, name: &str, doing: &str) -> Result<Lock, LockError> {
    let path = things(home, lab, thing).join(plain(name));
    match take(&path, doing)? {
        Ok(file) => Ok(Lock { _file: file, away: Some(path) }),
        Err(owner) => Err(LockError::Held { lab: lab.to_owned(), fault: name.to_owned(), owner }),
    }
}

/// The things of a lab, and who has them. What cannot be looked at counts as somebody's.
pub fn owners(home: &Path, lab: &str, thing: Thing) -> Owners {
    let mut found = Owners::default();
    for entry in fs::read_dir(things(home, lab, thing)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        match fs::File::open(entry.path()).map(|file| (file.try_lock().is_ok(), file)) {
            Ok((true, _)) => found.dead.push(name),
            Ok((false, mut file)) => found.alive.push((name, words(&mut file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => found.alive.push((name, format!("another droplab ({error})"))),
        }
    }
    found.alive.sort();
    found.dead.sort();
    found
}

/// Nobody asks for this thing any more.
pub fn forget(home: &Path, lab: &str, thing: Thing, name: &str) {
    let _ = fs::remove_file(things(home, lab, thing).join(plain(name)));
}

fn folder(home: &Path) -> PathBuf {
    home.join("locks")
}

fn things(home: &Path, lab: &str, thing: Thing) -> PathBuf {
    let kind = match thing {
        Thing::Fault => "faults",
        Thing::Door => "doors",
    };
    folder(home).join(format!("{}.{kind}", plain(lab)))
}

/// As a file may be called.
fn plain(name: &str) -> String {
    name.replace('/', "_")
}

/// The file, locked; or who has it.
fn take(path: &Path, doing: &str) -> Result<Result<fs::File, String>, LockError> {
    let failed = |tried: &'static str| move |source| LockError::File { tried, path: path.to_owned(), source };
    make_folder(path.parent().unwrap_or(path)).map_err(failed("create"))?;
    let opened = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = opened.map_err(failed("open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Ok(Err(words(&mut file))),
        Err(fs::TryLockError::Error(error)) => return Err(failed("lock")(error)),
    }
    // Who holds it is a courtesy to the next one; the lock stands without it.
    let _ = file.set_len(0).and_then(|()| file.rewind());
    let _ = writeln!(file, "{doing} (pid {}, since {})", std::process::id(), jiff::Zoned::now().strftime("%H:%M:%S"));
    Ok(Ok(file))
}

/// What an owner has written of itself.
fn words(file: &mut fs::File) -> String {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    if text.trim().is_empty() { "another droplab".to_owned() } else { text.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_told_who_has_the_lab_and_since_when() {
        let home = tempfile::tempdir().unwrap();
        let held = alone(home.path(), "droplab", "droplab run payment-pool-exhaustion").unwrap();
        for refused in [turn(home.path(), "droplab", "droplab heal"), alone(home.path(), "droplab", "droplab down")] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.starts_with("droplab run payment-pool-exhaustion (pid "), "{refused}");
            assert!(refused.contains(", since ") && refused.ends_with("works on lab `droplab`"), "{refused}");
        }
        drop(alone(home.path(), "context/another/shop", "droplab up").unwrap());
        drop(held);
        drop(alone(home.path(), "droplab", "droplab down").unwrap());
    }

    #[test]
    fn beside_a_held_fault_others_may_be_put_in_and_taken_out_but_the_lab_is_nobodys() {
        let home = tempfile::tempdir().unwrap();
        let turn = || super::turn(home.path(), "droplab", "droplab fault inject cut-link").unwrap();
        let mine = turn();
        let held = own(home.path(), "droplab", Thing::Fault, "cut-link-1", "droplab fault inject cut-link").unwrap();
        drop(mine);
        drop(turn());
        let refused = alone(home.path(), "droplab", "droplab reset").unwrap_err().to_string();
        assert!(refused.starts_with("droplab fault inject cut-link (pid "), "{refused}");
        assert!(refused.ends_with("holds fault cut-link-1 in lab `droplab`"), "{refused}");
        drop(alone(home.path(), "other", "droplab reset").unwrap());
        drop(held);
        drop(alone(home.path(), "droplab", "droplab reset").unwrap());
    }

    #[test]
    fn a_thing_of_a_dead_owner_is_nobodys() {
        let home = tempfile::tempdir().unwrap();
        let folder = things(home.path(), "lab", Thing::Door);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("gone"), "droplab run (pid 1)\n").unwrap();
        let mine = own(home.path(), "lab", Thing::Door, "mine", "droplab heal").unwrap();
        let found = owners(home.path(), "lab", Thing::Door);
        assert_eq!(found.dead, ["gone"]);
        assert!(found.alive.len() == 1 && found.alive[0].1.starts_with("droplab heal (pid "), "{found:?}");
        forget(home.path(), "lab", Thing::Door, "gone");
        drop(mine);
        assert_eq!(owners(home.path(), "lab", Thing::Door), Owners::default());
    }
}
