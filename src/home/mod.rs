//! droplab's own folder on this machine: where it is, files in it that are whole, and the lock of a lab.
//!
//! **Invariant**: the only place that asks where the folder is, writes a file aside and renames it, or takes a lock.

pub mod lock;

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Where droplab keeps its own files: `$DROPLAB_HOME`, or the user's state folder. Absolute, because scripts and tools that run in
/// other folders are told of files in it.
pub fn folder() -> PathBuf {
    let found = of(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from));
    std::path::absolute(&found).unwrap_or(found)
}

/// The same, by these variables.
fn of(variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    // The XDG base directory specification: a relative path is to be ignored.
    let state = variable("XDG_STATE_HOME").filter(|path| path.is_absolute());
    variable("DROPLAB_HOME")
        .or_else(|| state.map(|state| state.join("droplab")))
        .or_else(|| variable("HOME").map(|home| home.join(".local/state/droplab")))
        .unwrap_or_else(|| PathBuf::from(".droplab"))
}

/// Who can read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the user's mask lets.
    Usual,
    /// Its owner alone.
    Owner,
    /// Its owner alone, who can run it as well.
    OwnerRuns,
}

/// Write a file whole or not at all: aside, to the disk, then renamed.
pub fn write_whole(path: &Path, content: &str, readers: Readers) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Two processes that write the same file at once each have their own aside.
    let aside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let mode = match readers {
        Readers::Usual => 0o666,
        Readers::Owner => 0o600,
        Readers::OwnerRuns => 0o700,
    };
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&aside)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&aside)))
}

/// Make a folder that only its owner can look into, with all above it; there already is fine.
pub fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        of(variable).display().to_string()
    }

    /// `DROPLAB_HOME` once led runs to one place, and the lab's own files to another.
    #[test]
    fn the_folder_that_is_named_counts_before_the_users_own() {
        let all = [("DROPLAB_HOME", "/d"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(found(&all), "/d");
        assert_eq!(found(&all[1..]), "/x/droplab");
        assert_eq!(found(&all[2..]), "/h/.local/state/droplab");
        assert_eq!(found(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")]), "/h/.local/state/droplab");
        assert!(folder().is_absolute());
    }

    #[test]
    fn a_file_is_whole_or_what_it_was_and_nothing_is_left_beside_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lab.json");
        write_whole(&path, "one", Readers::Owner).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        // A folder in the way: what was there stays.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        assert!(write_whole(&taken, "two", Readers::Usual).is_err());
        write_whole(&path, "three", Readers::Owner).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
