//! The charts and the cluster's configuration, which the binary carries with it.
//!
//! **Invariant**: what is unpacked is what was built in; a file that is no longer part of it is gone after unpacking.

use std::{collections::BTreeSet, fs, path::PathBuf};

use sha2::{Digest, Sha256};

use crate::lab::{error::LabError, state::State};

/// Every file with its path in the repository, listed by `build.rs`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The text of one file.
pub fn read(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The names of all charts.
pub fn charts() -> BTreeSet<&'static str> {
    FILES.iter().filter_map(|(name, _)| name.strip_prefix("charts/")?.strip_suffix("/Chart.yaml")).collect()
}

/// Twelve letters that change when any file of a chart changes.
pub fn fingerprint(chart: &str) -> String {
    let folder = format!("charts/{chart}/");
    let mut hash = Sha256::new();
    for (name, text) in FILES.iter().filter(|(name, _)| name.starts_with(&folder)) {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    short(&hash.finalize())
}

/// The first twelve letters of a hash.
pub fn short(hash: &[u8]) -> String {
    hash.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Unpack one chart into the lab's folder and return where it is.
pub fn unpack(chart: &str, state: &State) -> Result<PathBuf, LabError> {
    let folder = state.path(&format!("charts/{chart}"));
    // Left-overs of an older droplab would be installed too.
    let _ = fs::remove_dir_all(&folder);
    for (name, text) in FILES.iter().filter(|(name, _)| name.starts_with(&format!("charts/{chart}/"))) {
        state.write(name, text)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_and_the_charts_are_built_in() {
        assert!(read("kind-config.yaml").is_some());
        let wanted = ["kafka", "nginx", "postgres", "redis", "shop", "volumes"];
        assert_eq!(charts().into_iter().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn charts_have_different_fingerprints() {
        assert_ne!(fingerprint("kafka"), fingerprint("redis"));
        assert_eq!(fingerprint("kafka").len(), 12);
    }
}
