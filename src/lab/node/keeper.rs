//! What has no timeout of its own gets one: a process in the node that holds a deadline and undoes the fault when it passes.
//!
//! One folder for each fault and pod, `ID/KEY`, with the deadline (hundredths of a second of the machine's uptime), the way back,
//! and the keeper's process id. The keeper is started before the blow.
//!
//! **Invariant**: renewing is writing the deadline; when nobody does, the keeper plays the way back until it works, and takes its folder
//! away then.

use super::shell::{program, script, script_with};

/// Where steps and keepers live in a node; gone with its next start, as is whatever they keep. A person on call may see the name.
pub const FOLDER: &str = "/run/node-tasks";

/// The keeper itself: waits for the deadline, beats, undoes.
const KEEPER: &str = include_str!("keeper.sh");
/// Renews, and starts a keeper where there is none.
const HOLD: &str = include_str!("hold.sh");
/// Ends what is kept.
const RELEASE: &str = include_str!("release.sh");
/// Finds processes of ours, and waits for what they make.
pub(super) const OURS: &str = include_str!("ours.sh");
/// Lets cgroups stand still, or go on.
const FREEZE: &str = include_str!("freeze.sh");

/// What is kept, as scripts; in each, `$d` is the folder of the fault and its place.
pub struct Kept {
    /// The pod's UID, or a word for the node itself.
    pub key: String,
    /// Puts the state in; done again, it changes nothing.
    pub blow: String,
    /// Takes it out; harmless when it is not in.
    pub heal: String,
    /// Done about five times a second while it lasts; the time is `$1`.
    pub beat: Option<String>,
}

/// The script that holds, or renews, one fault at one place; a step (`fence`).
pub fn hold(id: &str, ttl_ms: u128, kept: &Kept) -> String {
    let (folder, ticks) = (format!("{FOLDER}/{id}/{}", kept.key), (ttl_ms / 10).to_string());
    let keeper = program(KEEPER);
    let beat = kept.beat.as_deref().unwrap_or_default();
    let hold = [("d", &*folder), ("ticks", &ticks), ("keeper", &keeper), ("heal", &kept.heal), ("beat", beat)];
    program(OURS) + &script(HOLD, &hold) + &kept.blow
}

/// Ends a fault everywhere in the node in which it is run; a step (`fence`).
pub fn release(id: &str) -> String {
    program(OURS) + &script(RELEASE, &[("folder", FOLDER), ("id", id)])
}

/// These cgroups stand still, and a service of the node's with them.
fn still(key: &str, groups: &[&str], unit: &str) -> Kept {
    let to = |state: &str| script_with(FREEZE, &[("state", state), ("unit", unit)], groups);
    Kept { key: key.to_owned(), blow: to("FROZEN"), heal: to("THAWED"), beat: None }
}

/// Every process of a pod stands still; a container that is started in the meantime as well.
pub fn freeze(uid: &str, cgroup: &str) -> Kept {
    still(uid, &[cgroup], "")
}

/// Every pod of a node stands still, and the kubelet with them.
pub fn freeze_node() -> Kept {
    // With systemd as the cgroup manager and without; with kind's own root for the kubelet and without.
    let groups = ["/kubelet.slice/kubelet-kubepods.slice", "/kubelet/kubepods", "/kubepods.slice", "/kubepods"];
    still("node", &groups, "kubelet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keeper_is_started_before_the_blow_and_a_renewal_only_moves_the_deadline() {
        let text = hold("x1", 30_000, &freeze("u-1", "/kubelet/kubepods/podu-1"));
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what} in {text}"));
        assert!(at("$d/deadline.new") < at("setsid sh \"${d%/*/*}/keeper\""));
        // The way back says THAWED, and comes before as a value.
        assert!(at("setsid sh \"${d%/*/*}/keeper\"") < at("state=FROZEN"));
        assert!(text.contains("ticks=3000"));
    }

    #[test]
    fn what_is_there_and_does_not_go_on_is_no_success() {
        let folder = tempfile::tempdir().unwrap();
        let (pod, heal) = (folder.path().join("freezer/pod"), freeze("u-1", "/pod").heal);
        let heal = heal.replace("/sys/fs/cgroup", folder.path().to_str().unwrap());
        let goes_on = || std::process::Command::new("sh").args(["-c", &heal]).output().unwrap().status.success();
        assert!(goes_on(), "gone with its pod");
        std::fs::create_dir_all(&pod).unwrap();
        std::fs::write(pod.join("freezer.state"), "FROZEN\n").unwrap();
        assert!(goes_on());
        assert_eq!(std::fs::read_to_string(pod.join("freezer.state")).unwrap(), "THAWED\n");
        // What cannot be written to.
        std::fs::remove_file(pod.join("freezer.state")).unwrap();
        std::fs::create_dir(pod.join("freezer.state")).unwrap();
        assert!(!goes_on());
    }

    /// Its number was noted once for a keeper that is gone; and what cannot be undone keeps whoever tries again.
    #[test]
    fn a_release_kills_no_stranger_and_leaves_a_keeper_to_what_it_could_not_undo() {
        let folder = tempfile::tempdir().unwrap();
        let text = release("x1").replace(FOLDER, folder.path().to_str().unwrap());
        let released = || std::process::Command::new("sh").args(["-euc", &text]).output().unwrap().status.success();
        let place = |key: &str, heal: &str, keeper: u32| {
            let d = folder.path().join("x1").join(key);
            std::fs::create_dir_all(&d).unwrap();
            std::fs::write(d.join("heal"), heal).unwrap();
            std::fs::write(d.join("keeper"), format!("{keeper}\n")).unwrap();
            d
        };
        let mut stranger = std::process::Command::new("sleep").arg("20").spawn().unwrap();
        let (stays, goes) = (place("a", "exit 1", stranger.id()), place("b", ":", stranger.id()));
        // One that names its folder, as a keeper does.
        let mut keeper = std::process::Command::new("sh").args(["-c", "sleep 20; :"]).arg(&stays).spawn().unwrap();
        std::fs::write(stays.join("keeper"), keeper.id().to_string()).unwrap();
        assert!(!released() && stays.exists() && !goes.exists());
        assert!(stranger.try_wait().unwrap().is_none() && keeper.try_wait().unwrap().is_none());
        std::fs::write(stays.join("heal"), ":").unwrap();
        assert!(released() && !stays.exists() && !folder.path().join("x1").exists());
        assert!(!keeper.wait().unwrap().success() && stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
