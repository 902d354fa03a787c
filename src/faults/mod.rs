//! Faults: what a scenario asks for and what the lab has, made into ops and their way back.
//!
//! One file per fault, with the same headings (*Story · Breaks · Heals · Dead-man · Needs · Seen in production*), which are
//! its manual: `docs/faults.md` is the same text, held together by `tests/it/tidy.rs`.
//!
//! **Invariant**: pure; key in YAML = file name = enum variant = heading. A recipe heals without an output of its inject.

mod deploy_version;

use crate::model::{facts::Facts, fault::FaultSpec, op::Recipe};

/// How a fault is done and undone on this lab, or every reason why it cannot be.
pub fn recipe(fault: &FaultSpec, facts: &Facts) -> Result<Recipe, Vec<String>> {
    match fault {
        FaultSpec::DeployVersion(fault) => deploy_version::recipe(fault, facts),
    }
}
