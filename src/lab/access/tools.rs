//! Where the outside tools are: kind, helm, docker, kubectl.
//!
//! **Invariant**: the first match wins, in this order: `$DROPLAB_TOOLS`, `.tools/bin` of the repository, `PATH`. No folder above the working
//! directory counts that somebody else could have put there: its programs would run with the user's rights and the lab's passwords.

use std::{
    env,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::lab::error::LabError;

/// The tools that droplab runs, and what for.
pub const TOOLS: [(&str, &str); 4] = [
    ("docker", "kind runs its nodes with it"),
    ("kind", "makes the cluster"),
    ("helm", "installs the charts"),
    ("kubectl", "is yours to repair with"),
];

/// The folders in which tools are looked for, in order.
pub fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = own_folders();
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    folders
}

/// The folders of droplab's own tools: those that come before `PATH`.
pub fn own_folders() -> Vec<PathBuf> {
    let named = env::var_os("DROPLAB_TOOLS").map(PathBuf::from);
    let here = env::current_dir().ok();
    let beside = env::current_exe().ok();
    let here = here.and_then(|path| beside_ancestor(&path)).filter(|folder| is_ours(folder));
    let of_repository = here.into_iter().chain(beside.and_then(|path| beside_ancestor(&path)));
    let mut folders: Vec<PathBuf> = named.into_iter().chain(of_repository).filter(|folder| folder.is_dir()).collect();
    folders.dedup();
    folders
}

fn beside_ancestor(path: &Path) -> Option<PathBuf> {
    path.ancestors().map(|folder| folder.join(".tools/bin")).find(|folder| folder.is_dir())
}

/// Made by this user, and nobody's to write but theirs and their group's.
fn is_ours(folder: &Path) -> bool {
    let mine = rustix::process::geteuid().as_raw();
    folder.metadata().is_ok_and(|data| data.uid() == mine && data.mode() & 0o002 == 0)
}

/// The path of a tool, if it is anywhere.
pub fn find(tool: &str) -> Option<PathBuf> {
    folders().into_iter().map(|folder| folder.join(tool)).find(|path| is_program(path))
}

/// The path of a tool that has to be there.
pub fn need(tool: &'static str) -> Result<PathBuf, LabError> {
    find(tool).ok_or(LabError::ToolMissing { tool })
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_anybody_may_write_is_not_ours() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(folder.path()));
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(!is_ours(folder.path()));
        assert!(!is_ours(Path::new("/no/such/folder")));
    }

    #[test]
    fn a_shell_is_found_and_nonsense_is_not() {
        assert!(find("sh").is_some());
        assert!(find("no-such-tool-anywhere").is_none());
    }
}
