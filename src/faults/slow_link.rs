//! Delay packets.
//!
//! # Story
//! Traffic took the long way round, or a buffer somewhere is full. Every call is a little slower, and those that make ten
//! calls are ten times so.
//!
//! # Breaks
//! In the network of each pod of `from`, every packet to and from `to` is held back by netem, or a helper, for `delay`, give or take
//! `jitter`, on established connections, too. With `direction: both` a packet waits on its way out and its answer on its way in, so
//! a round trip takes twice the delay. With jitter, packets may overtake each other, as they do with netem (tc-netem(8)).
//!
//! # Heals
//! The rules are taken out of every pod's network and netem, or the helper, with them. What a helper still holds
//! back is sent at once; for what waits in netem its removal waits, two seconds at most.
//!
//! # Expiry
//! Two: what leads packets to netem, or to the helper, matches nftables sets with a timeout, renewed every third of it; and netem, or
//! the helper, has a deadline in the node. A queue lets packets pass when no helper reads it (`--queue-bypass`).
//!
//! # Needs
//! nftables sets with a timeout in the kernel of the nodes, and netem (with prio, fw, ifb and nftables' fwd) or, where that is missing,
//! iptables' `NFQUEUE` for a helper in user space. Both do the same (decision 0050); which one did it stands in the report.
//!
//! # Seen in production
//! No public post-mortem checked yet: most that name latency name its cause, and no distribution.

use super::{
    Context, link,
    parameters::{DIRECTION, FROM, HELPER, Manual, TO, may, must},
};
use crate::model::{
    fault::SlowLink,
    hold::{Fate, Shape},
    op::Recipe,
};

/// Longer than this is a link that is cut: every timeout is shorter.
const LONGEST: std::time::Duration = std::time::Duration::from_mins(1);

pub(super) const MANUAL: Manual = Manual {
    key: "slow-link",
    about: "Delay packets, established connections too",
    engine: "netem or NFQUEUE helper",
    expiry: HELPER,
    parameters: &[
        FROM,
        TO,
        must("delay", "TIME", "How late each packet is, such as 50ms"),
        may("jitter", "TIME", "And so much more or less"),
        may("distribution", "uniform|normal|pareto", "In which way more or less"),
        DIRECTION,
    ],
    example: "--from payment --to postgres --delay 50ms --jitter 10ms",
};

pub(super) fn recipe(fault: &SlowLink, context: &Context) -> Result<Recipe, Vec<String>> {
    if fault.delay.0.is_zero() || fault.delay.0 > LONGEST || fault.jitter > fault.delay {
        return Err(vec!["delay: expected more than 0 and at most 1m, and a jitter that is not larger".to_owned()]);
    }
    let (delay, jitter, distribution) = (fault.delay, fault.jitter, fault.distribution);
    let fate = Fate::Shape(Shape { delay, jitter, distribution, ..Shape::default() });
    link(&fault.from, fault.to.as_ref(), fault.direction, fate, context)
}
