//! Gauges that fell silent: what was read before says nothing about the time after.
//!
//! **Invariant**: a single reading that failed is no silence.

use super::{
    condition::{Condition, Measure},
    timeline::Timeline,
};

/// Readings come once a second: further apart than this, seconds, they leave a run in doubt. One that failed and took its whole
/// time, with the one after it, is borne.
const SILENCE_S: f64 = 8.0;

/// Since when a gauge that a condition is about has not been read, where that was too long: between two readings, or up to the end.
pub fn since(condition: &Condition, timeline: &Timeline, from_s: f64, until_s: f64) -> Option<f64> {
    let Measure::Gauge(name) = condition.measure().0 else { return None };
    let read = timeline.gauge(name).filter(|reading| reading.value.is_ok()).map(|reading| reading.at_s);
    let mut last_s = from_s;
    for at_s in read.filter(|at_s| *at_s > from_s && *at_s <= until_s).chain([until_s]) {
        if at_s - last_s > SILENCE_S {
            return Some(last_s);
        }
        last_s = at_s;
    }
    None
}
