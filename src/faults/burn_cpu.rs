//! Take processor time from pods.
//!
//! # Story
//! A neighbour on the same machine, a regular expression that never ends, a bot at the door.
//!
//! # Breaks
//! Processes inside of the pods' own cgroups count as fast as they can: they share the pods' weight and their limit, as a
//! service's own busy thread would.
//!
//! # Heals
//! The processes are ended.
//!
//! # Expiry
//! A process in the node holds a deadline and ends them when it passes; droplab moves it on every third of the time to live.
//!
//! # Needs
//! containerd in the nodes, as kind has it.
//!
//! # Seen in production
//! Cloudflare, 2 July 2019: one regular expression, every processor of the edge at 100 %.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET, may},
};
use crate::model::{
    fault::BurnCpu,
    hold::{Hold, Work},
    op::Recipe,
};

/// More than this in one pod only makes the laptop hot.
const MOST: u32 = 16;

pub(super) const MANUAL: Manual = Manual {
    key: "burn-cpu",
    about: "Take processor time from pods",
    engine: "processes in the pod's cgroup",
    expiry: KEEPER,
    parameters: &[TARGET, may("cores", "NUMBER", "How many processors' worth each; 1 when left out")],
    example: "--target catalog",
};

pub(super) fn recipe(fault: &BurnCpu, context: &Context) -> Result<Recipe, Vec<String>> {
    if !(1..=MOST).contains(&fault.cores) {
        return Err(vec![format!("cores: expected 1 to {MOST}")]);
    }
    Ok(context.hold(Hold::Work { at: context.at(&fault.target)?, work: Work::Burn(fault.cores) }))
}
