//! Let commands to Redis' primary wait.
//!
//! # Story
//! A fork for a snapshot, a key with a million members, a slow disk under the append-only file: it answers, but not now.
//!
//! # Breaks
//! `CLIENT PAUSE` (redis.io, *CLIENT PAUSE*): commands that write, or all of them, wait. Connections stay open.
//!
//! # Heals
//! `CLIENT UNPAUSE`, and everything that waited is done at once. In `mode: all` that command waits as well: the pause ends
//! with its time to live, and not before.
//!
//! # Expiry
//! Redis itself: the pause has a time, which droplab renews every third of it. In `mode: all` the command that renews would
//! wait, too, so the time to live is the whole of it.
//!
//! # Needs
//! Redis 6.2 or newer, reached from this machine.
//!
//! # Seen in production
//! Any Redis with a large data set and a snapshot every minute.

use super::{
    Context,
    parameters::{Manual, may},
};
use crate::model::{
    fault::{PauseMode, PauseRedis},
    hold::Hold,
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "pause-redis",
    about: "Let commands to Redis' primary wait",
    engine: "Redis",
    expiry: "Redis: the time of CLIENT PAUSE",
    parameters: &[may("mode", "write|all", "Which commands")],
    example: "",
};

pub(super) fn recipe(fault: &PauseRedis, context: &Context) -> Recipe {
    context.hold(Hold::RedisPause { all: fault.mode == PauseMode::All })
}
