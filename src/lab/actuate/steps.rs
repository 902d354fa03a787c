//! Scripts that set something of a server, run in its node.
//!
//! A script that is given up here goes on in the node, and may end after the setting was set back. So each is a step of its setting, as
//! those of holds are (`node::fence`), and whoever sets it back says first that all steps of before are old.
//!
//! **Invariant**: no step of a setting that was begun before its heal does anything after it, whichever process began it.

use crate::{
    lab::{
        cluster::handle::Handle,
        error::LabError,
        node::fence::{self, Way},
    },
    model::{setting::Setting, target::mixed},
};

impl Handle {
    /// Run a script in a node as the newest step of a setting; what it printed.
    pub(super) async fn step(&self, setting: &Setting, node: &str, script: &str) -> Result<String, LabError> {
        let id = id(setting);
        loop {
            let generation = self.generations.arm(&id);
            let told = self.nodes.run(node, &fence::step(&id, generation, Way::Arm, script)).await?;
            let Some(newer) = fence::overtaken(&told) else { return Ok(told) };
            // Another process' clock went ahead of ours: what is said now is newer all the same.
            self.generations.learn(&id, newer);
        }
    }

    /// The steps of a setting that are under way, or on their way, do nothing from now on.
    pub(super) async fn outdate_steps(&self, setting: &Setting) -> Result<(), LabError> {
        self.release_in_nodes(&id(setting), ":").await
    }
}

/// By what the nodes know a setting: the same in every process, and the name of a file.
fn id(setting: &Setting) -> String {
    format!("s{:016x}", mixed(&setting.to_string(), 0))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::lab::node::keeper::FOLDER;

    /// A server's setting was set by what had been given up, after it had been set back.
    #[test]
    fn a_step_that_comes_after_the_setting_was_set_back_does_nothing() {
        let node = tempfile::tempdir().unwrap();
        let run = |script: &str| {
            let text = script.replace(FOLDER, node.path().join("run").to_str().unwrap());
            let output = Command::new("sh").args(["-eu", "-c", &text]).current_dir(node.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let setting = |restart| Setting::Postgres { server: "postgres-dc-1".into(), name: "work_mem".into(), restart };
        let set = |generation| fence::step(&id(&setting(false)), generation, Way::Arm, "echo said; touch set");
        assert_eq!((run(&set(7)).as_str(), node.path().join("set").exists()), ("said\n", true));
        run(&fence::step(&id(&setting(true)), 8, Way::Release, ":"));
        std::fs::remove_file(node.path().join("set")).unwrap();
        assert_eq!(fence::overtaken(&run(&set(7))), Some(8));
        assert!(!node.path().join("set").exists());
        // And what is set once more is.
        assert_eq!((run(&set(9)).as_str(), node.path().join("set").exists()), ("said\n", true));
    }
}
