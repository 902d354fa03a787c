//! The very scripts, run by `sh` in a folder of their own: no node, no root, no Docker.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::*;
use crate::lab::node::keeper::{self, Kept};

/// A folder that stands for a node; its keepers end with it.
struct Node(PathBuf);

impl Node {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    /// Begin a script as a session in a node does it, with the folder, and one second of patience.
    fn begin(&self, script: &str) -> Child {
        let folder = self.0.join("run");
        let text = script.replace(FOLDER, folder.to_str().unwrap()).replace("patience=4", "patience=1");
        let text = format!("cd {}\n{text}", self.0.display());
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &text]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell.spawn().unwrap()
    }

    fn run(&self, script: &str) -> (bool, String) {
        Self::end(self.begin(script))
    }

    fn end(child: Child) -> (bool, String) {
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait(&self, name: &str, there: bool) {
        let began = Instant::now();
        while self.has(name) != there {
            assert!(began.elapsed() < Duration::from_secs(20), "{name}: not {there}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A state of the world that somebody keeps.
    fn kept(&self, beats: bool) -> Kept {
        let armed = self.0.join("armed");
        let touch = format!("touch {}", armed.display());
        Kept {
            key: "u-1".to_owned(),
            blow: touch.clone(),
            heal: format!("rm -f {}", armed.display()),
            beat: beats.then_some(touch),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_step_that_comes_after_a_release_does_nothing_and_says_so() {
    let node = Node::new("late-step");
    // Under way before the release, and kept from beginning until after it.
    let late = node.begin(&format!("touch waiting\nsleep 1.5\n{}", step("x1", 7, Way::Arm, "touch armed")));
    node.wait("waiting", true);
    assert_eq!(node.run(&step("x1", 8, Way::Release, "rm -f armed")), (true, String::new()));
    let (ended_well, said) = Node::end(late);
    assert!(ended_well && !node.has("armed"), "{said}");
    assert_eq!(overtaken(&said), Some(8));
    // The same step without a release does arm.
    assert_eq!(node.run(&step("x2", 7, Way::Arm, "touch armed")), (true, String::new()));
    assert!(node.has("armed"));
}

#[test]
fn a_step_that_hangs_in_the_middle_is_ended_by_the_release() {
    let node = Node::new("hanging-step");
    let late = node.begin(&step("x1", 7, Way::Arm, "touch begun\nsleep 4\ntouch armed"));
    node.wait("begun", true);
    let began = Instant::now();
    assert_eq!(node.run(&step("x1", 8, Way::Release, "rm -f armed begun")), (true, String::new()));
    assert!(began.elapsed() < Duration::from_secs(3), "the release waited for what hung: {:?}", began.elapsed());
    assert!(!Node::end(late).0);
    thread::sleep(Duration::from_secs(4));
    assert!(!node.has("armed") && !node.has("begun"));
}

#[test]
fn a_late_release_does_not_end_what_was_armed_after_it() {
    let node = Node::new("late-release");
    node.run(&step("x1", 9, Way::Arm, "touch armed"));
    assert_eq!(node.run(&step("x1", 8, Way::Release, "rm -f armed")).1, "overtaken by 9\n");
    assert!(node.has("armed"));
    assert_eq!(node.run(&again("x1", 9, Way::Arm, "echo renewed")).1, "renewed\n");
}

#[test]
fn a_step_in_the_background_does_not_keep_the_lock_and_a_failure_is_told() {
    let node = Node::new("background-step");
    node.run(&step("x1", 1, Way::Arm, "sleep 30 </dev/null >/dev/null 2>&1 &\necho $! > process"));
    let (ended_well, said) = node.run(&step("x1", 1, Way::Arm, "echo why; false\ntouch armed"));
    assert_eq!((ended_well, said.as_str(), node.has("armed")), (false, "why\n", false));
    node.run("kill $(cat process)");
}

#[test]
fn neither_a_keeper_nor_a_late_renewal_brings_back_what_was_released() {
    let node = Node::new("late-renewal");
    let hold = keeper::hold("x1", 60_000, &node.kept(true));
    assert!(node.run(&step("x1", 1, Way::Arm, &hold)).0);
    node.wait("armed", true);
    let late = node.begin(&format!("touch waiting\nsleep 1.5\n{}", again("x1", 1, Way::Arm, &hold)));
    node.wait("waiting", true);
    let (ended_well, said) = node.run(&step("x1", 2, Way::Release, &keeper::release("x1")));
    assert!(ended_well && !node.has("armed"), "{said}");
    assert_eq!(overtaken(&Node::end(late).1), Some(2));
    // The keeper beat five times a second.
    thread::sleep(Duration::from_millis(600));
    assert!(!node.has("armed") && !node.has("run/x1"));
}

#[test]
fn a_keeper_undoes_what_nobody_renews_though_a_step_hangs_with_the_lock() {
    let node = Node::new("expiry");
    assert!(node.run(&step("x1", 1, Way::Arm, &keeper::hold("x1", 1500, &node.kept(false)))).0);
    assert!(node.has("armed"));
    // Renewed once: it lasts longer than its time to live.
    thread::sleep(Duration::from_secs(1));
    assert!(node.run(&step("x1", 1, Way::Arm, &keeper::hold("x1", 1500, &node.kept(false)))).0);
    thread::sleep(Duration::from_secs(1));
    assert!(node.has("armed"));
    let hanging = node.begin(&step("x1", 1, Way::Arm, "sleep 15\ntouch armed"));
    node.wait("armed", false);
    assert!(!Node::end(hanging).0);
    node.wait("run/x1", false);
    assert!(!node.has("armed"));
}

#[test]
fn a_keeper_tries_again_until_its_way_back_works() {
    let node = Node::new("second-try");
    let at = |name: &str| node.0.join(name).display().to_string();
    let heal = format!("touch {}\n[ ! -e {} ] && rm -f {}", at("tried"), at("in-the-way"), at("armed"));
    let kept = Kept { heal, ..node.kept(false) };
    assert!(node.run("touch in-the-way").0);
    assert!(node.run(&step("x1", 1, Way::Arm, &keeper::hold("x1", 1000, &kept))).0);
    node.wait("tried", true);
    thread::sleep(Duration::from_millis(500));
    assert!(node.has("armed") && node.has("run/x1/u-1/heal"));
    assert!(node.run("rm in-the-way").0);
    node.wait("run/x1", false);
    assert!(!node.has("armed"));
}

#[test]
fn generations_only_grow_and_a_release_makes_its_holder_hold_nothing() {
    let generations = Generations::default();
    let first = generations.arm("x1");
    assert_eq!((generations.of("x1"), generations.of("x2")), (Some(first), None));
    let release = generations.release("x1");
    assert!(release > first);
    assert_eq!(generations.of("x1"), None);
    // Another process, with a clock that goes ahead, has said more.
    let ahead = release + 3_600_000_000;
    let second = generations.arm("x1");
    generations.learn("x1", ahead);
    assert_eq!(generations.of("x1"), None);
    assert!(second < ahead && generations.release("x1") > ahead);
}
