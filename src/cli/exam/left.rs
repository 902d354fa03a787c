//! What a candidate's program has left running when its incident is over: it would work on in the next one.
//!
//! **Invariant**: only a process that bears this incident's own mark is ended, and never a number alone.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use rustix::process::{Pid, Signal, kill_process};

use crate::store::signed::{sha256, short};

/// The variable with the mark. Whatever a candidate's program starts inherits it, also in a process group or a session of its own.
pub(super) const MARK: &str = "DROPLAB_SITTING";
/// How often is looked: what was ended may have started something a moment before.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The mark of the incident whose files are in a folder. It does not tell the folder: the journal lies there.
pub(super) fn mark(folder: &Path) -> String {
    short(&sha256(folder.as_os_str().as_encoded_bytes()))
}

/// End whatever bears the mark of the incident in this folder; how many processes that were. Where there is no `/proc` (macOS) nobody
/// can tell whose a process is, and nothing is ended.
pub(super) async fn end(folder: &Path) -> usize {
    let mark = format!("{MARK}={}", mark(folder));
    let mut ended = BTreeSet::new();
    for _ in 0..LOOKS {
        let found = end_marked(mark.as_bytes());
        if found.is_empty() {
            break;
        }
        ended.extend(found);
        tokio::time::sleep(PAUSE).await;
    }
    ended.len()
}

/// One look at all processes. One that has ended, and was not waited for yet, has no variables any more.
fn end_marked(mark: &[u8]) -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ended = processes.filter_map(|process| {
        let id: i32 = process.file_name().to_str()?.parse().ok()?;
        let variables = fs::read(process.path().join("environ")).ok()?;
        let is_marked = variables.split(|byte| *byte == 0).any(|variable| variable == mark);
        kill_process(Pid::from_raw(id).filter(|_| is_marked)?, Signal::KILL).ok()?;
        Some(id)
    });
    ended.collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn sleeper(mark: &str) -> std::process::Child {
        let mut command = Command::new("sleep");
        command.arg("300").env(MARK, mark).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// A loop that was put into the background repaired on, and broke, in the incidents after its own.
    #[tokio::test]
    async fn what_is_left_running_is_ended_and_nobody_elses_is() {
        if !Path::new("/proc/self/environ").exists() {
            return;
        }
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (mut stranger, mut neighbour) = (sleeper("none"), sleeper(&mark(other.path())));
        // One of a session of its own, whose parent has gone; and one that starts another whenever it is asked to.
        let script = "setsid sleep 300 & (while true; do sleep 0.01; done) & exit 0";
        let mut command = Command::new("sh");
        command.args(["-c", script]).env(MARK, mark(folder.path())).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success());
        let count = end(folder.path()).await;
        assert!(count >= 2, "{count}");
        assert_eq!(end(folder.path()).await, 0, "nothing is left");
        assert!(stranger.try_wait().unwrap().is_none() && neighbour.try_wait().unwrap().is_none());
        assert_eq!(end(other.path()).await, 1);
        stranger.kill().unwrap();
        assert!(!stranger.wait().unwrap().success() && !neighbour.wait().unwrap().success());
    }
}
