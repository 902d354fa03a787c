//! One droplab at a time on one lab.
//!
//! **Invariant**: the kernel holds the lock, not the file: when its owner dies, however, the lock is free.

use std::{
    fs,
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use super::{StoreError, file};

/// Held as long as it lives.
#[derive(Debug)]
#[must_use = "the lab is free again as soon as this is dropped"]
pub struct LabLock {
    _file: fs::File,
}

/// Take the lab, or say who has it. `doing` is what the next one is told: `droplab run (pid 812, since 14:03:12)`.
pub fn lock(home: &Path, lab: &str, doing: &str) -> Result<LabLock, StoreError> {
    fs::create_dir_all(home).map_err(file("create", home))?;
    let path = home.join(format!("{}.lock", lab.replace('/', "_")));
    let opened = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut handle = opened.map_err(file("open", &path))?;
    match handle.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut owner = String::new();
            let _ = handle.read_to_string(&mut owner);
            let owner = if owner.trim().is_empty() { "another droplab".to_owned() } else { owner.trim().to_owned() };
            return Err(StoreError::Locked { lab: lab.to_owned(), owner });
        }
        Err(fs::TryLockError::Error(error)) => return Err(file("lock", &path)(error)),
    }
    // Who holds it is a courtesy to the next one; the lock stands without it.
    let _ = handle.set_len(0).and_then(|()| handle.rewind());
    let _ = writeln!(handle, "{doing} (pid {}, since {})", std::process::id(), jiff::Zoned::now().strftime("%H:%M:%S"));
    Ok(LabLock { _file: handle })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_told_who_has_the_lab_and_since_when() {
        let home = tempfile::tempdir().unwrap();
        let held = lock(home.path(), "droplab", "droplab run payment-pool-exhaustion").unwrap();
        let refused = lock(home.path(), "droplab", "droplab down").unwrap_err().to_string();
        assert!(refused.starts_with("droplab run payment-pool-exhaustion (pid "), "{refused}");
        assert!(refused.contains(", since ") && refused.ends_with("works on lab `droplab`"), "{refused}");
        drop(lock(home.path(), "another", "droplab up").unwrap());
        drop(held);
        drop(lock(home.path(), "droplab", "droplab down").unwrap());
    }
}
