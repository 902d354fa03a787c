//! What has no timeout of its own gets one: a process in the node that holds a deadline and undoes the fault when it passes.
//!
//! One folder for each fault and pod, `ID/KEY`, with the deadline (hundredths of a second of the machine's uptime), the way back,
//! and the keeper's process id. The keeper is started before the blow.
//!
//! **Invariant**: renewing is writing the deadline; when nobody does, the keeper plays the way back and takes its folder away.

use super::shell::{file, program, script};

/// Where steps and keepers live in a node; gone with its next start, as is whatever they keep. A person on call may see the name.
pub const FOLDER: &str = "/run/node-tasks";

/// The keeper itself: waits for the deadline, beats, undoes.
const KEEPER: &str = include_str!("keeper.sh");
/// Renews.
const DEADLINE: &str = include_str!("deadline.sh");
/// Starts a keeper.
const KEEP: &str = include_str!("keep.sh");
/// Ends what is kept.
const RELEASE: &str = include_str!("release.sh");

/// What is kept, as scripts; in each, `$d` is the folder of the fault and its place.
pub struct Kept {
    /// The pod's UID, or a word for the node itself.
    pub key: String,
    /// Puts the state in; done again, it changes nothing.
    pub blow: String,
    /// Takes it out; harmless when it is not in.
    pub heal: String,
    /// Done about five times a second while it lasts; the time is `$2`.
    pub beat: Option<String>,
}

/// The script that holds, or renews, one fault at one place; a step (`fence`).
pub fn hold(id: &str, ttl_ms: u128, kept: &Kept) -> String {
    let folder = format!("{FOLDER}/{id}/{}", kept.key);
    let deadline = script(DEADLINE, &[("d", &folder), ("ticks", &(ttl_ms / 10).to_string())]);
    let keeper = file(&format!("{FOLDER}/keeper"), &program(KEEPER));
    let beat = kept.beat.as_ref().map(|beat| file("$d/beat", &format!("d=$1\n{beat}"))).unwrap_or_default();
    // Last of all: with it, everything is there.
    let heal = file("$d/heal", &format!("d=${{0%/*}}\n{}", kept.heal));
    let keep = script(KEEP, &[("folder", FOLDER)]);
    format!("{deadline}if [ ! -e $d/heal ]; then\n{keeper}{beat}{heal}fi\n{keep}{}\n", kept.blow)
}

/// Waits, in a blow, until a process of ours (its number is in the file `process`) has made a file in its folder; what it said
/// when it did not.
pub(super) fn until(made: &str, process: &str) -> String {
    format!(
        "    n=0
    until [ -e $d/{made} ]; do
        n=$((n + 1))
        [ $n -lt 100 ] && kill -0 \"$(cat $d/{process})\" 2>/dev/null || {{ cat $d/said; exit 1; }}
        sleep 0.05
    done"
    )
}

/// Ends a fault everywhere in the node in which it is run; a step (`fence`).
pub fn release(id: &str) -> String {
    script(RELEASE, &[("folder", FOLDER), ("id", id)])
}

/// Freeze or thaw a cgroup, of either version; one that is gone is thawed.
fn freezer(cgroup: &str, frozen: bool) -> String {
    let (v1, v2) = if frozen { ("FROZEN", "1") } else { ("THAWED", "0") };
    format!(
        "f=/sys/fs/cgroup/freezer{cgroup}/freezer.state; g=/sys/fs/cgroup{cgroup}/cgroup.freeze
if [ -e $f ]; then echo {v1} > $f; elif [ -e $g ]; then echo {v2} > $g; fi"
    )
}

/// Every process of a pod stands still; a container that is started in the meantime as well.
pub fn freeze(uid: &str, cgroup: &str) -> Kept {
    Kept { key: uid.to_owned(), blow: freezer(cgroup, true), heal: freezer(cgroup, false), beat: None }
}

/// Every pod of a node stands still, and the kubelet with them.
pub fn freeze_node() -> Kept {
    let all = |frozen: bool| {
        // With systemd as the cgroup manager and without; with kind's own root for the kubelet and without.
        let groups = ["/kubelet.slice/kubelet-kubepods.slice", "/kubelet/kubepods", "/kubepods.slice", "/kubepods"];
        groups.map(|group| freezer(group, frozen)).join("\n")
    };
    Kept {
        key: "node".to_owned(),
        blow: format!("{}\nsystemctl kill --signal=STOP kubelet", all(true)),
        heal: format!("{}\nsystemctl kill --signal=CONT kubelet", all(false)),
        beat: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keeper_is_started_before_the_blow_and_a_renewal_only_moves_the_deadline() {
        let text = hold("x1", 30_000, &freeze("u-1", "/kubelet/kubepods/podu-1"));
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what} in {text}"));
        assert!(at("deadline") < at("setsid sh \"${folder:?}/keeper\""));
        assert!(at("setsid sh \"${folder:?}/keeper\"") < at("echo FROZEN >"));
        assert!(text.contains("ticks='3000'"));
    }
}
