//! Was there a whole system to begin with?
//!
//! **Invariant**: without a steady baseline nothing passes and nothing fails.

use super::case::{self, Case, ends};
use crate::model::{
    condition::percent,
    steady,
    units::Rate,
    verdict::{Finding, Truth},
};

fn end_s(case: &Case) -> f64 {
    let last_s = case.timeline.events.last().map_or(0.0, |event| event.at_s);
    let planned_s = case.scenario.load.baseline.0.as_secs_f64();
    case.fault_s.unwrap_or(planned_s.min(last_s))
}

pub(super) fn finding(case: &Case) -> Finding {
    let end_s = end_s(case);
    let (mut said, mut evidence) = (Vec::new(), Vec::new());
    for probe in steady::probes(case.scenario) {
        let windows = steady::windows(case.timeline, &probe, end_s);
        let baseline = steady::assess(case.scenario, &probe, &windows);
        let share = baseline.success.map_or_else(|| "nothing".into(), percent);
        said.push(format!("{probe} at {share} over {} s", baseline.seconds));
        evidence.extend(ends(&windows.iter().map(|(seq, _)| *seq).collect::<Vec<_>>()));
    }
    let doubts: Vec<_> = steady::doubts(case.scenario, case.timeline, end_s).collect();
    if !doubts.is_empty() {
        let advice = proposed(case).map_or_else(String::new, |rate| {
            format!("; this machine may be too slow: try --rate {rate}, four fifths of what it reached")
        });
        return case::finding("baseline", Truth::Unknown, format!("{}{advice}", doubts.join("; ")), evidence);
    }
    if case.fault_s.is_none() {
        let sentence = "the run ended before the baseline was measured";
        return case::finding("baseline", Truth::Unknown, sentence, evidence);
    }
    let sentence = format!("steady before the fault: {}", said.join(", "));
    case::finding("baseline", Truth::Pass, sentence, evidence)
}

/// The rate that this machine can be asked for, when it was too slow.
pub(super) fn proposed(case: &Case) -> Option<Rate> {
    steady::proposed(case.scenario, case.timeline, end_s(case))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;
    use crate::model::event::Phase;

    #[test]
    fn a_bad_baseline_is_unknown_and_proposes_a_rate() {
        let verdict = Story::of(scenario()).phase(Phase::Baseline).seconds(3, 60).end().judged();
        let (truth, sentence) = found(&verdict, "baseline");
        insta::assert_snapshot!(sentence, @"payment.success was at 60% over 200 requests in the baseline, `payment.success >= 99.8% for 6s` is needed; this machine may be too slow: try --rate 40/s, four fifths of what it reached");
        assert_eq!((truth, verdict.truth), (Truth::Unknown, Truth::Unknown));
        assert_eq!(verdict.proposed_rate, Some(Rate { per_second: 40.0 }));
    }

    #[test]
    fn fewer_requests_than_wanted_are_no_baseline() {
        let mut wanted = scenario();
        wanted.load.customers.get_mut("payment").unwrap().rate.per_second = 1_000.0;
        let verdict = Story::of(wanted).paged().seconds(4, 100).end().judged();
        assert_eq!(found(&verdict, "baseline").0, Truth::Unknown);
    }
}
