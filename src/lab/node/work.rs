//! What processes of ours do inside of a pod, as something that a keeper keeps.
//!
//! **Invariant**: whatever a process does, its end undoes it; what needs more than that is undone by the keeper's way back.

use super::{
    clock,
    keeper::{Kept, OURS},
    sandbox,
    shell::{program, script, script_with},
};
use crate::model::hold::Work;

/// Mebibytes of the host's disk that stay free.
const SPARE: &str = "5120";

const BATCH: &str = include_str!("batch.sh");
const BATCH_WORK: &str = include_str!("batch-work.sh");
const BATCH_END: &str = include_str!("batch-end.sh");
const DISK: &str = include_str!("disk.sh");
const DISK_FILE: &str = include_str!("disk-file.sh");
const DISK_END: &str = include_str!("disk-end.sh");
const THROTTLE: &str = include_str!("throttle.sh");
const CRASH: &str = include_str!("crash.sh");

/// Processes of ours inside of a pod's cgroup.
pub fn work(uid: &str, cgroup: &str, work: &Work) -> Kept {
    match work {
        Work::Burn(count) => batch(uid, cgroup, *count, &["burn"]),
        Work::Fill(mebibytes) => batch(uid, cgroup, 1, &["fill", &mebibytes.to_string()]),
        Work::Throttle(bytes) => throttle(uid, cgroup, *bytes),
        Work::Disk { mebibytes, path } => disk(uid, *mebibytes, path),
        Work::Clock(offset) => clock::skew(uid, cgroup, *offset),
        Work::Crash(every) => crash(uid, every.0.as_millis() / 10),
    }
}

/// So many processes that do the same.
fn batch(uid: &str, cgroup: &str, count: u32, does: &[&str]) -> Kept {
    let (count, program) = (count.to_string(), program(BATCH_WORK));
    let blow = script_with(BATCH, &[("cgroup", cgroup), ("count", &count), ("program", &program)], does);
    Kept { key: uid.to_owned(), blow, heal: script(BATCH_END, &[("cgroup", cgroup)]), beat: None }
}

/// A file that has no name any more, kept open: its room comes back whenever its keeper ends, however that comes about.
fn disk(uid: &str, mebibytes: u64, path: &str) -> Kept {
    let (mebibytes, file) = (mebibytes.to_string(), program(DISK_FILE));
    let disk = [("mebibytes", &*mebibytes), ("path", path), ("spare", SPARE), ("program", &file)];
    let blow = [program(OURS), sandbox::containers(uid), script(DISK, &disk)].concat();
    Kept { key: uid.to_owned(), blow, heal: program(OURS) + &program(DISK_END), beat: None }
}

/// The disk under `/var` gives each container of a pod so many bytes a second.
fn throttle(uid: &str, cgroup: &str, bytes: u64) -> Kept {
    let to = |bytes: &str| script(THROTTLE, &[("cgroup", cgroup), ("bytes", bytes)]);
    Kept { key: uid.to_owned(), blow: to(&bytes.to_string()), heal: to(""), beat: None }
}

/// The first process of each container of a pod is killed, every so many hundredths of a second.
fn crash(uid: &str, every: u128) -> Kept {
    let beat = sandbox::containers(uid) + &script(CRASH, &[("every", &every.to_string())]);
    let nothing = || ":".to_owned();
    Kept { key: uid.to_owned(), blow: nothing(), heal: nothing(), beat: Some(beat) }
}

#[cfg(test)]
mod tests;
