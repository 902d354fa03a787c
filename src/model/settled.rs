//! Whether customers are served as before again, after something that droplab itself did to the lab.
//!
//! **Invariant**: the newest seconds decide; what passed by itself is no harm.

use std::time::Duration;

use super::{
    condition::Condition,
    evaluate::{Met, Reading, at, moments},
    timeline::Timeline,
    units::Span,
};

/// How long customers must be served as before, after a heal, for it to have done no harm.
pub const SETTLED: Duration = Duration::from_secs(5);

/// What shows that the newest seconds were as a goal wants them, `SETTLED` of them, all since a moment.
pub fn settled(goal: &Condition, timeline: &Timeline, from_s: f64) -> Option<Reading> {
    let goal = Condition { lasting: Span(SETTLED), ..goal.clone() };
    let newest_s = moments(&goal, timeline, from_s, f64::MAX).into_iter().next_back()?;
    match at(&goal, timeline, from_s, newest_s) {
        Met::Yes(reading) => Some(reading),
        Met::No(_) | Met::Unknown(_) => None,
    }
}
