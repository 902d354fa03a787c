//! Empty Redis' cache.
//!
//! # Story
//! Somebody typed `FLUSHALL` at the wrong prompt, or a node came back without its memory. Every reader goes to the database at
//! the same moment.
//!
//! # Breaks
//! `SWAPDB` (redis.io, *SWAPDB*) puts all keys aside, into database 15 of the same server, and an empty database in their place,
//! in one moment and for every client, replicas included.
//!
//! # Heals
//! Each key that is not there anew is moved back with its time to live (`MOVE`); what the shop has written in the meantime
//! is newer, and stays.
//!
//! # Expiry
//! None: what is gone from a cache is gone until somebody brings it back. The keys wait in the server itself, so that
//! `droplab heal` finds them from another process.
//!
//! # Needs
//! Redis 7 or newer, reached from this machine, with database 15 empty.
//!
//! # Seen in production
//! Facebook, 23 September 2010: clients deleted a key from the cache at every error, and the databases behind it had no peace.

use super::{
    Context,
    parameters::{ASIDE, Manual},
};
use crate::model::{
    fault::FlushRedis,
    op::{Op, Recipe},
    setting::Setting,
};

pub(super) const MANUAL: Manual = Manual {
    key: "flush-redis",
    about: "Empty Redis' cache",
    engine: "Redis",
    expiry: ASIDE,
    parameters: &[],
    example: "",
};

pub(super) fn recipe(_fault: &FlushRedis, context: &Context) -> Result<Recipe, Vec<String>> {
    if context.before(&Setting::RedisKeys)?.is_some() {
        return Err(vec!["Redis' database 15 is not empty: an earlier flush-redis has not been healed".to_owned()]);
    }
    let set = |value: Option<&str>| Op::Set { setting: Setting::RedisKeys, value: value.map(str::to_owned) };
    Ok(Recipe { inject: vec![set(Some("aside"))], heal: vec![set(None)] })
}
