//! Was the load what it claims to be? A generator that is late measures itself.
//!
//! **Invariant**: too many late seconds make every traffic finding Unknown, in the whole run and in the hold window.

use super::case::{self, Case, ends};
use crate::model::{
    steady::{LAG_LIMIT_MS, is_late},
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case) -> Finding {
    let probe = &case.scenario.page.when.probe;
    let windows: Vec<_> = case.timeline.windows(probe).collect();
    if windows.is_empty() {
        return case::finding("load", Truth::Unknown, format!("{probe}: no traffic was seen"), vec![]);
    }
    let late: Vec<_> =
        windows.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).map(|(seq, _)| *seq).collect();
    let hold = case.recovered().map_or((0, 0), |(since_s, until_s)| {
        let held: Vec<_> =
            windows.iter().filter(|(_, window)| window.from_s >= since_s && window.to_s <= until_s + 0.01).collect();
        (held.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).count(), held.len())
    });
    let worst = windows.iter().map(|(_, window)| window.lag_p99_ms).fold(0.0, f64::max);
    let (truth, sentence) = if is_late(late.len(), windows.len()) || is_late(hold.0, hold.1) {
        let (late, seconds) = (late.len(), windows.len());
        (
            Truth::Unknown,
            format!(
                "the load generator sent more than {LAG_LIMIT_MS} ms late in {late} of {seconds} seconds: it measured itself"
            ),
        )
    } else {
        (
            Truth::Pass,
            format!("open loop kept its schedule: at worst {worst:.0} ms late at the 99th percentile of a second"),
        )
    };
    case::finding("load", truth, sentence, ends(&late))
}
