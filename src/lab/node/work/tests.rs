//! The very scripts, run by `sh` on a folder that stands for the cgroups: no node, no root, no Docker.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::*;

/// Runs a script as a step does; whether it came to a good end.
fn run(root: &Path, script: &str) -> bool {
    let text = script.replace("/sys/fs/cgroup", root.to_str().unwrap());
    // What works here rests; who goes in drives nobody out; and a folder goes although there is a file in it, as a cgroup does.
    let text = text.replace("while :; do :; done", "sleep 20").replace(" >\"$h", " >>\"$h");
    let text = format!("d={}\nrmdir() {{ rm -r \"$1\"; }}\n{text}", root.join("d").display());
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &text]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.status().unwrap().success()
}

/// A process that ended and that nobody has buried yet lives no more.
fn lives(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn who_works_is_who_is_in_the_cgroup_and_nobody_else_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let (group, members) = (root.join("pod/batch"), root.join("pod/batch/cgroup.procs"));
    fs::create_dir_all(&group).unwrap();
    fs::create_dir_all(root.join("d")).unwrap();
    fs::write(root.join("pod/cgroup.procs"), "").unwrap();
    fs::write(&members, "").unwrap();
    // It has by now the number of a worker that ended.
    let mut stranger = Command::new("sleep").arg("20").spawn().unwrap();
    fs::write(root.join("d/work"), format!("{}\n", stranger.id())).unwrap();
    let Kept { blow, heal, .. } = work("u-1", "/pod", &Work::Burn(1));
    assert!(run(root, &blow));
    let worker = fs::read_to_string(&members).unwrap().lines().next().unwrap().to_owned();
    assert!(lives(&worker), "{worker}");
    // Renewed: it is there already.
    assert!(run(root, &blow));
    assert!(fs::read_to_string(&members).unwrap().lines().all(|member| member == worker));
    assert!(run(root, &heal));
    let began = Instant::now();
    while lives(&worker) {
        assert!(began.elapsed() < Duration::from_secs(5), "{worker} works on");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!group.exists() && stranger.try_wait().unwrap().is_none());
    // Gone already is fine.
    assert!(run(root, &heal));
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn a_cgroup_that_stays_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("memory/pod/batch")).unwrap();
    fs::write(folder.path().join("memory/pod/batch/cgroup.procs"), "").unwrap();
    let heal = work("u-1", "/pod", &Work::Fill(1)).heal;
    assert!(!run(folder.path(), &format!("rmdir() {{ false; }}\n{heal}")));
    assert!(run(folder.path(), &heal));
}
