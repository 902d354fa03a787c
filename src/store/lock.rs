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
pub struct LabLock {
    _file: fs::File,
}

/// Take the lab, or say who has it. `doing` is what the next one is told: `droplab run (pid 812)`.
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
    let _ = writeln!(handle, "{doing} (pid {})", std::process::id());
    Ok(LabLock { _file: handle })
}
