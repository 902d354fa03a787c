//! Take memory from pods.
//!
//! # Story
//! A leak, slow enough for every review and every test.
//!
//! # Breaks
//! A process inside of the pods' own cgroups holds so much memory. Beyond the container's limit the kernel ends the largest
//! process of the cgroup (`OOMKilled`): which one that is, is the kernel's choice, as in life.
//!
//! # Heals
//! The process is ended, and its memory is free.
//!
//! # Expiry
//! A process in the node holds a deadline and ends it when it passes; droplab moves it on every third of the time to live.
//!
//! # Needs
//! containerd in the nodes, as kind has it, and a memory limit on the container: without one the host itself would be filled.
//!
//! # Seen in production
//! AWS, us-east-1, October 2012: a collecting agent that leaked took the servers of EBS down, one after the other.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET, must},
};
use crate::model::{
    fault::FillMemory,
    hold::{Hold, Work},
    op::Recipe,
};

/// No container of the lab may have more; so much of the laptop can be lost for the time to live at most.
const MOST_MIB: u64 = 1024;

pub(super) const MANUAL: Manual = Manual {
    key: "fill-memory",
    about: "Take memory from pods",
    engine: "processes in the pod's cgroup",
    expiry: KEEPER,
    parameters: &[TARGET, must("mebibytes", "NUMBER", "How many mebibytes each")],
    example: "--target notification --mebibytes 16",
};

pub(super) fn recipe(fault: &FillMemory, context: &Context) -> Result<Recipe, Vec<String>> {
    if !(1..=MOST_MIB).contains(&fault.mebibytes) {
        return Err(vec![format!("mebibytes: expected 1 to {MOST_MIB}")]);
    }
    Ok(context.hold(Hold::Work { at: context.at(&fault.target)?, work: Work::Fill(fault.mebibytes) }))
}
