//! Let the disk be slow for pods.
//!
//! # Story
//! A neighbour on the same array, a volume that has used its credits up, a controller that rebuilds a mirror. Nothing fails;
//! every commit waits.
//!
//! # Breaks
//! Each container of the pods may read so many bytes a second from the node's disk, and write as many: the kernel lets the rest wait
//! (`blkio.throttle` of cgroup v1, `io.max` of cgroup v2). What is in memory is as fast as ever; what syncs is not.
//!
//! # Heals
//! The limits are taken away.
//!
//! # Expiry
//! A process in the node holds a deadline; droplab moves it on every third of the time to live, and limits containers that
//! were started in the meantime as well.
//!
//! # Needs
//! A cgroup that throttles: the `blkio` controller, or `io` under cgroup v2; a node whose `/var` is on a block device.
//!
//! # Seen in production
//! No public post-mortem checked yet: slow volumes are named in many, with a number in few.

use super::{
    Context,
    parameters::{KEEPER, Manual, TARGET, must},
};
use crate::model::{
    fault::SlowDisk,
    hold::{Hold, Work},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "slow-disk",
    about: "Let the disk be slow for pods",
    engine: "cgroup blkio, io",
    expiry: KEEPER,
    parameters: &[
        TARGET,
        must("kilobytes", "NUMBER", "Thousands of bytes a second that each container may read and write"),
    ],
    example: "--target postgres@dc-1 --kilobytes 500",
};

pub(super) fn recipe(fault: &SlowDisk, context: &Context) -> Result<Recipe, Vec<String>> {
    if !(1..=1_000_000).contains(&fault.kilobytes) {
        return Err(vec!["kilobytes: expected 1 to 1000000; to let nothing through, take freeze-pod".to_owned()]);
    }
    let at = context.at(&fault.target)?;
    Ok(context.hold(Hold::Work { at, work: Work::Throttle(fault.kilobytes * 1000) }))
}
