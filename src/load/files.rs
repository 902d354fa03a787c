//! Open files: each request that waits for an answer holds one connection.
//!
//! **Invariant**: a limit of this process never looks like a failure of the lab: too low a limit is told before the start.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that everything else in this process may need.
const RESERVE: u64 = 256;

/// Let this process open so many connections; the limit there is when it does not suffice.
pub(super) fn allow(connections: usize) -> Result<(), u64> {
    let needed = connections as u64 + RESERVE;
    let limit = getrlimit(Resource::Nofile);
    // `None` is: without a limit.
    let Some(current) = limit.current.filter(|current| *current < needed) else { return Ok(()) };
    let wanted = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, wanted).map_err(|_| limit.maximum.unwrap_or(current))
}
