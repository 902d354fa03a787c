//! What a fault needs for its way back and what must not stand in a journal: in the lab's folder, by the fault's name.
//!
//! **Invariant**: only its owner can read it; a file is there whole or not at all; the fault's heal removes all of it.

use std::{fs, io, path::PathBuf};

use crate::lab::{error::LabError, state::State};

impl State {
    /// A file of a fault.
    pub(in crate::lab) fn kept_file(id: &str, file: &str) -> String {
        format!("kept/{id}/{file}")
    }

    /// The faults that keep something.
    pub(in crate::lab) fn kept(&self) -> Result<Vec<String>, LabError> {
        let folder = self.path("kept");
        match fs::read_dir(&folder) {
            Ok(entries) => {
                let mut names: Vec<_> =
                    entries.flatten().filter_map(|one| one.file_name().into_string().ok()).collect();
                names.sort();
                Ok(names)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(LabError::State { tried: "read", path: folder, source }),
        }
    }

    /// Make a file of a fault that is written piece by piece.
    pub(in crate::lab) fn kept_stream(&self, id: &str, file: &str) -> Result<fs::File, LabError> {
        use std::os::unix::fs::OpenOptionsExt as _;
        // The folder comes with the first file that is written whole.
        let path = self.path(&Self::kept_file(id, file));
        let made = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        made.map_err(|source| LabError::State { tried: "write", path, source })
    }

    /// Remove all that a fault keeps; nothing there is fine.
    pub(in crate::lab) fn forget_kept(&self, id: &str) -> Result<(), LabError> {
        let path: PathBuf = self.path(&format!("kept/{id}"));
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(LabError::State { tried: "remove", path, source })
            }
            _ => Ok(()),
        }
    }
}
