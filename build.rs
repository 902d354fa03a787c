//! Lists the charts and `kind-config.yaml` for `include_str!`, so that the one binary works outside of the repository.
//!
//! **Invariant**: the list is rebuilt whenever a file of them changes, appears or goes.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for start in ["charts", "kind-config.yaml"] {
        println!("cargo::rerun-if-changed={start}");
        collect(&root.join(start), &mut files)?;
    }
    files.sort();
    let mut list = b"&[\n".to_vec();
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file);
        let (name, path) = (name.display().to_string(), file.display().to_string());
        writeln!(list, "    ({name:?}, include_str!({path:?})),")?;
    }
    list.extend(b"]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("assets.rs");
    fs::File::create(out)?.write_all(&list)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}
