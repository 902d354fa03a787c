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
