//! Was there a whole system to begin with?
//!
//! **Invariant**: without a steady baseline nothing passes and nothing fails.

use super::case::{self, Case, ends};
use crate::model::{
    steady::{self, Baseline, percent},
    units::Rate,
    verdict::{Finding, Truth},
};

/// Each deciding probe's baseline, with the `seq`s of its windows.
fn baselines(case: &Case) -> Vec<(String, Baseline, Vec<u64>)> {
    let last_s = case.timeline.events.last().map_or(0.0, |event| event.at_s);
    let planned_s = case.scenario.load.baseline.0.as_secs_f64();
    let end_s = case.turbulence_s.unwrap_or(planned_s.min(last_s));
    let assess = |probe: String| {
        let windows = steady::windows(case.timeline, &probe, end_s);
        let baseline = steady::assess(case.scenario, &probe, &windows);
        let seqs: Vec<_> = windows.iter().map(|(seq, _)| *seq).collect();
        (probe, baseline, ends(&seqs))
    };
    steady::deciding(case.scenario).into_iter().map(assess).collect()
}

pub(super) fn finding(case: &Case) -> Finding {
    let baselines = baselines(case);
    let evidence = baselines.iter().flat_map(|(.., seqs)| seqs.clone()).collect();
    let doubts: Vec<_> = baselines.iter().filter_map(|(_, baseline, _)| baseline.doubt.clone()).collect();
    if !doubts.is_empty() {
        let advice = proposed(case).map_or_else(String::new, |rate| {
            format!("; this machine may be too slow: try --rate {rate}, four fifths of what it reached")
        });
        return finding_of(Truth::Unknown, format!("{}{advice}", doubts.join("; ")), evidence);
    }
    if case.turbulence_s.is_none() {
        return finding_of(Truth::Unknown, "the run ended before the baseline was measured".into(), evidence);
    }
    let said: Vec<_> = baselines
        .iter()
        .map(|(probe, baseline, _)| {
            let share = baseline.success.map_or_else(|| "nothing".into(), percent);
            format!("{probe} at {share} over {} s", baseline.seconds)
        })
        .collect();
    finding_of(Truth::Pass, format!("steady before the fault: {}", said.join(", ")), evidence)
}

/// The rate that this machine can be asked for, when it was too slow.
pub(super) fn proposed(case: &Case) -> Option<Rate> {
    let rates = baselines(case).into_iter().filter_map(|(_, baseline, _)| baseline.proposed);
    rates.min_by(|a, b| a.per_second.total_cmp(&b.per_second))
}

fn finding_of(truth: Truth, sentence: String, evidence: Vec<u64>) -> Finding {
    case::finding("baseline", truth, sentence, evidence)
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
        insta::assert_snapshot!(sentence, @"payment-success reached 120 of 200 requests (60%) in the baseline, 99.8% is needed; this machine may be too slow: try --rate 40/s, four fifths of what it reached");
        assert_eq!((truth, verdict.truth), (Truth::Unknown, Truth::Unknown));
        assert_eq!(verdict.proposed_rate, Some(Rate { per_second: 40.0 }));
    }

    #[test]
    fn fewer_requests_than_wanted_are_no_baseline() {
        let mut wanted = scenario();
        wanted.load.steady.values_mut().for_each(|rate| rate.per_second = 1_000.0);
        let verdict = Story::of(wanted).paged().seconds(4, 100).end().judged();
        assert_eq!(found(&verdict, "baseline").0, Truth::Unknown);
    }
}
