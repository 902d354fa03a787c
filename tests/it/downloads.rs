//! What `setup/tools` downloads is held against the sums that this repository keeps; the scripts themselves are run, on files of this
//! machine.

use std::{fs, path::Path, process::Command};

use sha2::{Digest as _, Sha256};

struct Fetched {
    code: i32,
    said: String,
    kept: bool,
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Fetch a file of these bytes, with these lines in the file of sums and this sum beside the file.
fn fetched(bytes: &[u8], pinned: &str, published: Option<&str>) -> Fetched {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("tool"), bytes).unwrap();
    fs::write(at("checksums"), pinned).unwrap();
    if let Some(sum) = published {
        fs::write(at("tool.sha256"), format!("{sum}  tool\n")).unwrap();
    }
    let root = env!("CARGO_MANIFEST_DIR");
    let url = format!("file://{}", at("tool").display());
    let script = format!(
        "set -euo pipefail; . {root}/setup/progress.sh; checksums={}; . {root}/setup/download.sh; fetch tool-v1 {url} {url}.sha256 {}",
        at("checksums").display(),
        at("got").display()
    );
    let ran = Command::new("bash").args(["-c", &script]).output().unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name == "got.part"), "{left:?}");
    let said = String::from_utf8(ran.stderr).unwrap();
    Fetched { code: ran.status.code().unwrap(), said, kept: at("got").exists() }
}

#[test]
fn a_download_with_another_sum_is_refused_with_a_sentence_and_nothing_of_it_is_kept() {
    let good = format!("{}  tool-v1\n", hex(b"good"));
    let fine = fetched(b"good", &good, None);
    assert!(fine.code == 0 && fine.kept, "{}", fine.said);

    let bad = fetched(b"swapped", &good, Some(&hex(b"swapped")));
    assert!(bad.code == 5 && !bad.kept, "the publisher's own sum counts for nothing where there is ours: {}", bad.said);
    assert!(bad.said.contains("tool-v1 is not what it should be") && bad.said.contains(&hex(b"good")), "{}", bad.said);
}

#[test]
fn without_a_line_of_ours_the_publishers_sum_decides_and_without_any_nothing_is_used() {
    let other = format!("{}  tool-v2\n# {}  tool-v1\n", hex(b"good"), hex(b"good"));
    let fine = fetched(b"new", &other, Some(&hex(b"new")));
    assert!(fine.code == 0 && fine.kept, "{}", fine.said);
    let bad = fetched(b"new", &other, Some(&hex(b"old")));
    assert!(bad.code == 5 && !bad.kept, "{}", bad.said);
    let none = fetched(b"new", &other, None);
    assert!(none.code == 1 && !none.kept && none.said.contains("downloaded and not used"), "{}", none.said);
}

/// A version that moves on without its sums would be downloaded with nothing of ours to hold it against.
#[test]
fn every_tool_in_its_present_version_has_a_sum_for_each_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let modules = read("images/node/go.mod");
    let version = |module: &str| {
        let line = modules.lines().find(|line| line.trim_start().starts_with(module)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let tools = [
        ("kind", version("sigs.k8s.io/kind ")),
        ("helm", version("helm.sh/helm/v3 ")),
        ("kubectl", read("images/node/VERSION").trim().to_owned()),
    ];
    let checksums = read("setup/checksums");
    for (tool, version) in tools {
        for machine in ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"] {
            let name = format!("  {tool}-{version}-{machine}");
            let sums: Vec<_> = checksums.lines().filter_map(|line| line.strip_suffix(&name)).collect();
            let whole = |sum: &str| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(matches!(sums[..], [sum] if whole(sum)), "setup/checksums: {name}: {sums:?}");
        }
    }
}
