//! Take room on a disk.
//!
//! # Story
//! `df` says full, `du` finds nothing: a log that was deleted while its writer still has it open.
//!
//! # Breaks
//! In each pod, a file of so many mebibytes is made on the disk under `path`, and its name is deleted at once, while a process in the
//! node keeps it open. Only room is taken, nothing is written.
//!
//! # Heals
//! The process is ended, and the kernel gives the room back.
//!
//! # Expiry
//! A process in the node holds a deadline and ends the one that keeps the file. No file has a name, so none can be left behind.
//!
//! # Needs
//! A disk with so much room, and 5 GiB beyond: in this lab every volume lies on the one disk of the host, which is never filled
//! further than that. A filesystem that reserves room (`fallocate`).
//!
//! # Seen in production
//! No public post-mortem checked yet: a full disk is in many, what filled it in few.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET, may, must},
};
use crate::model::{
    fault::FillDisk,
    hold::{Hold, Work},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "fill-disk",
    about: "Take room on a disk",
    engine: "file without a name",
    expiry: KEEPER,
    parameters: &[
        TARGET,
        must("mebibytes", "NUMBER", "How many mebibytes each"),
        may("path", "PATH", "A folder on that disk, as the container sees it; / when left out"),
    ],
    example: "--target postgres@dc-1 --mebibytes 500 --path /var/lib/postgresql",
};

pub(super) fn recipe(fault: &FillDisk, context: &Context) -> Result<Recipe, Vec<String>> {
    let mut refusals = Vec::new();
    if fault.mebibytes == 0 {
        refusals.push("mebibytes: expected 1 or more".to_owned());
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.".contains(&b);
    if !fault.path.starts_with('/') || !fault.path.bytes().all(plain) || fault.path.contains("..") {
        refusals.push(format!("path: `{}`: expected a folder such as /var/lib/postgresql", fault.path));
    }
    let at = context.at(&fault.target).map_err(|refused| refusals.extend(refused)).ok();
    let Some(at) = at.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let work = Work::Disk { mebibytes: fault.mebibytes, path: fault.path.clone() };
    Ok(context.hold(Hold::Work { at, work }))
}
