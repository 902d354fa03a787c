//! Was the load what it claims to be? A generator that is late measures itself.
//!
//! **Invariant**: too many late seconds of *any* kind of customers make every finding Unknown, in the whole run and in the hold.

use super::case::{self, Case, ends};
use crate::model::{
    condition::Condition,
    steady::{self, LAG_LIMIT_MS, is_late},
    units::Rate,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case) -> Finding {
    let mut worst_ms = 0.0_f64;
    let mut late_in = Vec::new();
    let mut evidence = Vec::new();
    for probe in steady::probes(case.scenario) {
        let windows: Vec<_> = case.timeline.windows(&probe).collect();
        if windows.is_empty() {
            return case::finding("load", Truth::Unknown, format!("{probe}: no traffic was seen"), vec![]);
        }
        let late: Vec<_> =
            windows.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).map(|(seq, _)| *seq).collect();
        let hold = case.recovered().map_or((0, 0), |(since_s, until_s)| {
            let held: Vec<_> = windows
                .iter()
                .filter(|(_, window)| window.from_s >= since_s && window.to_s <= until_s + 0.01)
                .collect();
            (held.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).count(), held.len())
        });
        worst_ms = windows.iter().map(|(_, window)| window.lag_p99_ms).fold(worst_ms, f64::max);
        if is_late(late.len(), windows.len()) || is_late(hold.0, hold.1) {
            late_in.push(format!("{probe} in {} of {} seconds", late.len(), windows.len()));
            evidence.extend(ends(&late));
        }
    }
    if late_in.is_empty() {
        let sentence =
            format!("open loop kept its schedule: at worst {worst_ms:.0} ms late at the 99th percentile of a second");
        return case::finding("load", Truth::Pass, sentence, vec![]);
    }
    let advice = proposed(case).map_or_else(String::new, |rate| format!("; try --rate {rate}"));
    let sentence = format!(
        "the load generator sent more than {LAG_LIMIT_MS} ms late: {}: it measured itself{advice}",
        late_in.join(", ")
    );
    case::finding("load", Truth::Unknown, sentence, evidence)
}

/// Four fifths of the rate at which it measured itself.
pub(super) fn proposed(case: &Case) -> Option<Rate> {
    let probe = case.scenario.page.when.iter().find_map(Condition::probe)?;
    case.timeline.windows(probe).next()?;
    steady::slower(case.scenario.load.customers.get(probe)?.rate)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;

    #[test]
    fn a_generator_that_is_late_measures_itself() {
        let story = Story::of(scenario()).paged().seconds(7, 100);
        let late =
            (0..3).fold(story, |story, _| story.seconds(1, 100).but("payment", |window| window.lag_p99_ms = 900.0));
        let verdict = late.end().judged();
        let (truth, sentence) = found(&verdict, "load");
        insta::assert_snapshot!(sentence, @"the load generator sent more than 250 ms late: payment in 3 of 18 seconds: it measured itself; try --rate 80/s");
        assert_eq!((truth, verdict.truth), (Truth::Unknown, Truth::Unknown));
    }

    #[test]
    fn lag_of_any_kind_of_customers_counts() {
        let story = Story::of(scenario()).paged().seconds(7, 100);
        let late =
            (0..4).fold(story, |story, _| story.seconds(1, 100).but("browse", |window| window.lag_p99_ms = 900.0));
        assert_eq!(found(&late.end().judged(), "load").0, Truth::Unknown);
    }

    #[test]
    fn one_late_second_is_no_reason_to_doubt_the_rest() {
        let story = Story::of(scenario()).paged().seconds(1, 9).but("payment", |window| window.lag_p99_ms = 900.0);
        assert_eq!(found(&story.seconds(7, 100).end().judged(), "load").0, Truth::Pass);
    }
}
