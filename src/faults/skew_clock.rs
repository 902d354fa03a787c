//! Let clocks be wrong.
//!
//! # Story
//! The time server was wrong, or could not be reached for a year; a machine came back from sleep. Everything is up. Tokens
//! have expired before they were issued, keys vanish, and the newest row is from yesterday.
//!
//! # Breaks
//! Each process of the pods is told another time of day: `gettimeofday`, `time` and `clock_gettime(CLOCK_REALTIME)`. In that
//! process alone, the functions of the kernel's vDSO are replaced (man 7 vdso) while the pod stands still for some
//! milliseconds. Time that only runs (`CLOCK_MONOTONIC`) stays true, and so do other pods and the host.
//!
//! # Heals
//! The kernel's own functions are put back.
//!
//! # Expiry
//! The second at which it ends stands in the process itself, and from then on it is told the truth, with nobody alive to end
//! it; droplab moves that second on every third of the time to live. A process in the node holds the same deadline and puts
//! the kernel's functions back.
//!
//! # Needs
//! x86-64, a vDSO, and a freezer. A program that asks the kernel without the vDSO (a 32-bit one, a debugger's) keeps the true time.
//!
//! # Seen in production
//! Cloudflare, 1 January 2017: a leap second let time run backwards, a difference was negative, and part of DNS failed.

use super::{
    Context,
    parameters::{CLOCK, Manual, TARGET, must},
};
use crate::model::{
    fault::SkewClock,
    hold::{Hold, Work},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "skew-clock",
    about: "Let clocks be wrong",
    engine: "vDSO of the process",
    expiry: CLOCK,
    parameters: &[TARGET, must("offset", "OFFSET", "How far off they are: -5m, +90s, -8760h")],
    example: "--target catalog --offset -5m",
};

/// Ten years: beyond, programs fail for other reasons than a wrong clock.
const MOST_S: u64 = 10 * 365 * 86_400;

pub(super) fn recipe(fault: &SkewClock, context: &Context) -> Result<Recipe, Vec<String>> {
    let mut refusals = Vec::new();
    let span = fault.offset.span.0;
    if span.is_zero() || span.as_secs() > MOST_S {
        refusals.push(format!(
            "offset: `{}`: expected 1ms to {}h, earlier (-) or later (+)",
            fault.offset,
            MOST_S / 3600
        ));
    }
    let at = context.at(&fault.target).map_err(|refused| refusals.extend(refused)).ok();
    let Some(at) = at.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    Ok(context.hold(Hold::Work { at, work: Work::Clock(fault.offset) }))
}
