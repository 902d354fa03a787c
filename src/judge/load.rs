//! Was the load what it claims to be? A generator that is late measures itself.
//!
//! **Invariant**: too many late seconds make every traffic finding Unknown, in the whole run and in the hold window.

use super::case::{self, Case, ends};
use crate::model::{
    scenario::RequestKind,
    steady::{self, LAG_LIMIT_MS, is_late},
    units::Rate,
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
        let advice = proposed(case).map_or_else(String::new, |rate| format!("; try --rate {rate}"));
        (
            Truth::Unknown,
            format!(
                "the load generator sent more than {LAG_LIMIT_MS} ms late in {late} of {seconds} seconds: it measured itself{advice}"
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

/// Four fifths of the rate at which it measured itself.
pub(super) fn proposed(case: &Case) -> Option<Rate> {
    let kind = RequestKind::of_probe(&case.scenario.page.when.probe)?;
    case.timeline.windows(kind.probe()).next()?;
    steady::slower(*case.scenario.load.steady.get(&kind)?)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;

    #[test]
    fn a_generator_that_is_late_measures_itself() {
        let story = Story::of(scenario()).paged().seconds(4, 100);
        let late = (0..3).fold(story, |story, _| story.seconds(1, 100).but(|window| window.lag_p99_ms = 900.0));
        let verdict = late.end().judged();
        let (truth, sentence) = found(&verdict, "load");
        insta::assert_snapshot!(sentence, @"the load generator sent more than 250 ms late in 3 of 15 seconds: it measured itself; try --rate 80/s");
        assert_eq!((truth, verdict.truth), (Truth::Unknown, Truth::Unknown));
    }

    #[test]
    fn one_late_second_is_no_reason_to_doubt_the_rest() {
        let story = Story::of(scenario()).paged().seconds(1, 9).but(|window| window.lag_p99_ms = 900.0);
        assert_eq!(found(&story.seconds(4, 100).end().judged(), "load").0, Truth::Pass);
    }
}
