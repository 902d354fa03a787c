//! Leave Redis less memory.
//!
//! # Story
//! The data grew, the machine did not. What happens next was decided long ago, by a policy that nobody remembers.
//!
//! # Breaks
//! `maxmemory` and `maxmemory-policy` of Redis' primary are set (redis.io, *Key eviction*). With `policy: noeviction` every
//! write fails with an out-of-memory error once they are full; with `policy: allkeys-lru` keys vanish, and the database
//! behind the cache is asked instead.
//!
//! # Heals
//! Both are set back to what they were before. What was evicted stays evicted.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! Redis reached from this machine.
//!
//! # Seen in production
//! No public post-mortem checked yet: those that name a full Redis name the policy, and no number.

use super::{
    Context,
    parameters::{Manual, NONE, may, must},
};
use crate::model::{
    fault::{Eviction, ShrinkMemory},
    op::Recipe,
    setting::Setting,
};

pub(super) const MANUAL: Manual = Manual {
    key: "shrink-memory",
    about: "Leave Redis less memory",
    engine: "Redis",
    expiry: NONE,
    parameters: &[
        must("mebibytes", "NUMBER", "How many mebibytes are left to it"),
        may("policy", "noeviction|allkeys-lru", "What Redis does when they are full"),
    ],
    example: "--mebibytes 1",
};

pub(super) fn recipe(fault: &ShrinkMemory, context: &Context) -> Result<Recipe, Vec<String>> {
    if !(1..=65_536).contains(&fault.mebibytes) {
        return Err(vec!["mebibytes: expected 1 to 65536 (0 would be no limit at all)".to_owned()]);
    }
    let policy = match fault.policy {
        Eviction::Noeviction => "noeviction",
        Eviction::AllkeysLru => "allkeys-lru",
    };
    let wanted = [("maxmemory-policy", policy.to_owned()), ("maxmemory", (fault.mebibytes << 20).to_string())];
    let mut whole = Recipe { inject: vec![], heal: vec![] };
    for (name, value) in wanted {
        let setting = Setting::Redis(name.to_owned());
        let before = context.before(&setting)?;
        whole = whole.then(Recipe::set(setting, value, before));
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::{Facts, Part};

    fn made(facts: &Facts) -> Result<Recipe, Vec<String>> {
        let fault = ShrinkMemory { mebibytes: 1, policy: Eviction::Noeviction };
        recipe(&fault, &Context::new(facts, 1, "test", 0))
    }

    #[test]
    fn both_go_back_to_what_they_were_and_what_is_not_known_is_left_alone() {
        let both = [("maxmemory", "201326592"), ("maxmemory-policy", "allkeys-lru")];
        let redis = both.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let heal = made(&Facts { redis, ..Facts::default() }).unwrap().heal;
        let said: Vec<_> = heal.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "set Redis' maxmemory to 201326592, unless it was changed since",
                "set Redis' maxmemory-policy to allkeys-lru, unless it was changed since",
            ]
        );
        let unread = [(Part::Redis, "no answer within 12 s".to_owned())].into();
        let why = made(&Facts { unread, ..Facts::default() }).unwrap_err().join("; ");
        assert!(why.starts_with("Redis could not be read (no answer within 12 s)"), "{why}");
    }
}
