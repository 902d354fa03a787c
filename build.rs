//! Lists the charts, the scenarios and `kind-config.yaml` for `include_str!`, and the shop's releases, so that the one binary works
//! outside of the repository.
//!
//! **Invariant**: the list is rebuilt whenever a file of them changes, appears or goes.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    // The list holds paths: a checkout that was moved with its target folder needs another one.
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
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
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::File::create(out.join("assets.rs"))?.write_all(&list)?;
    fs::File::create(out.join("scenarios.rs"))?.write_all(&scenarios(&root)?)?;
    fs::File::create(out.join("releases.rs"))?.write_all(&releases(&root)?)
}

/// The image of each release of the shop: the file `SERVICE/VERSION` is `droplab/SERVICE:VERSION`. `images/build` reads the same folder.
fn releases(root: &Path) -> io::Result<Vec<u8>> {
    println!("cargo::rerun-if-changed=images/shop/releases");
    let folder = root.join("images/shop/releases");
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let mut list = b"&[\n".to_vec();
    for file in files {
        let name = file.strip_prefix(&folder).unwrap_or(&file).display().to_string().replace('/', ":");
        writeln!(list, "    {:?},", format!("droplab/{name}"))?;
    }
    list.extend(b"]\n");
    Ok(list)
}

/// Id and text of each scenario.
fn scenarios(root: &Path) -> io::Result<Vec<u8>> {
    println!("cargo::rerun-if-changed=scenarios");
    let mut files = Vec::new();
    collect(&root.join("scenarios"), &mut files)?;
    files.sort();
    let mut list = b"&[\n".to_vec();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "yaml")) {
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(list, "    ({id:?}, include_str!({:?})),", file.display().to_string())?;
    }
    list.extend(b"]\n");
    Ok(list)
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
