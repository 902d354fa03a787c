//! The run as series of numbers, small enough for a page.
//!
//! **Invariant**: never more than a thousand points a series; of the seconds that share a point the worst one stands for all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{course::line, words::plain};
use crate::model::{
    event::{EventKind, FaultState, Phase},
    plan::Part,
    timeline::Timeline,
    verdict::Verdict,
};

const MOST_POINTS: f64 = 1000.0;

/// One probe's numbers by bucket: the lowest success in percent, the highest latencies.
#[derive(Default)]
struct Seconds {
    success: BTreeMap<u64, f64>,
    p50: BTreeMap<u64, f64>,
    p99: BTreeMap<u64, f64>,
}

/// Everything that the page plots.
pub fn of(timeline: &Timeline, verdict: &Verdict) -> Value {
    let end_s = timeline.events.last().map_or(0.0, |event| event.at_s);
    let wide_s = (end_s / MOST_POINTS).ceil().max(1.0);
    let (mut probes, mut gauges) = (BTreeMap::<&str, Seconds>::new(), BTreeMap::<&str, BTreeMap<u64, f64>>::new());
    for event in &timeline.events {
        match &event.kind {
            EventKind::Traffic { probe, window } => {
                let (at, seconds) = (bucket(window.from_s, wide_s), probes.entry(probe).or_default());
                if let Some(success) = window.success() {
                    fold(&mut seconds.success, at, success * 100.0, f64::min);
                    fold(&mut seconds.p50, at, window.p50_ms, f64::max);
                    fold(&mut seconds.p99, at, window.p99_ms, f64::max);
                }
            }
            EventKind::Gauge { probe, value: Some(value), .. } => {
                fold(gauges.entry(probe).or_default(), bucket(event.at_s, wide_s), *value, f64::max);
            }
            _ => {}
        }
    }
    let latency =
        |seconds: &Seconds| json!({ "p50": points(&seconds.p50, wide_s), "p99": points(&seconds.p99, wide_s) });
    json!({
        "end": end_s,
        "success": probes.iter().map(|(name, one)| (*name, points(&one.success, wide_s))).collect::<BTreeMap<_, _>>(),
        "latency": probes.iter().map(|(name, one)| (*name, latency(one))).collect::<BTreeMap<_, _>>(),
        "gauges": gauges.iter().map(|(name, one)| (*name, points(one, wide_s))).collect::<BTreeMap<_, _>>(),
        "bands": bands(timeline, end_s),
        "marks": marks(timeline),
        "recovered": verdict.times.repaired_s,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a run is shorter than its u64 of seconds")]
fn bucket(at_s: f64, wide_s: f64) -> u64 {
    (at_s.max(0.0) / wide_s).floor() as u64
}

fn fold(series: &mut BTreeMap<u64, f64>, at: u64, value: f64, worse: fn(f64, f64) -> f64) {
    series.entry(at).and_modify(|known| *known = worse(*known, value)).or_insert(value);
}

/// Pairs of time and value, at four digits.
#[expect(clippy::cast_precision_loss, reason = "buckets of a run stay far below 2^52")]
fn points(series: &BTreeMap<u64, f64>, wide_s: f64) -> Vec<[f64; 2]> {
    series.iter().map(|(at, value)| [*at as f64 * wide_s, (value * 1000.0).round() / 1000.0]).collect()
}

/// Phases, and the times in which a fault was in: what is shaded.
fn bands(timeline: &Timeline, end_s: f64) -> Vec<Value> {
    let begins: Vec<_> = timeline
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::PhaseBegan { phase } => Some((event.at_s, *phase)),
            _ => None,
        })
        .collect();
    let starts_of_next = begins.iter().skip(1).map(|(at_s, _)| *at_s).chain([end_s]);
    let spans = begins.iter().zip(starts_of_next);
    // In that phase something may break; whether a fault was in is for the faults to tell.
    let phases = spans.filter(|((_, phase), _)| *phase != Phase::Fault);
    let kind = |phase: &Phase| format!("{phase:?}").to_lowercase();
    let phases = phases.map(|((from_s, phase), to_s)| json!({ "from": from_s, "to": to_s, "kind": kind(phase) }));
    let faults = faults(timeline, end_s).into_iter();
    phases.chain(faults.map(|(from_s, to_s)| json!({ "from": from_s, "to": to_s, "kind": "fault" }))).collect()
}

/// When each step was in: until its own heal, or the end; what customers are served in spite of is shaded as that. Latent defects are left
/// out: with them the baseline is measured, and it is sound.
fn faults(timeline: &Timeline, end_s: f64) -> Vec<(f64, f64)> {
    let injection = timeline.injection().map(|(_, injection, _)| injection);
    let latent = |step: usize| {
        injection.and_then(|injection| injection.steps.get(step)).is_some_and(|step| step.part == Part::Given)
    };
    let (mut open, mut repaired, mut spans) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    for event in &timeline.events {
        match &event.kind {
            EventKind::Fault { step, state: FaultState::Injected, .. } if !latent(*step) => {
                open.insert(*step, event.at_s);
            }
            EventKind::Fault { step, state: FaultState::Healed, .. } => {
                repaired.remove(step);
                spans.extend(open.remove(step).map(|from_s| (from_s, event.at_s)));
            }
            EventKind::PhaseBegan { phase: Phase::Recovery } => {
                repaired.extend(open.keys().copied());
                spans.extend(std::mem::take(&mut open).into_values().map(|from_s| (from_s, event.at_s)));
            }
            // It slipped again.
            EventKind::PhaseBegan { phase: Phase::Fault } => {
                open.extend(std::mem::take(&mut repaired).into_iter().map(|step| (step, event.at_s)));
            }
            _ => {}
        }
    }
    spans.extend(open.into_values().map(|from_s| (from_s, end_s)));
    spans
}

/// What happened, and of which kind it was.
fn marks(timeline: &Timeline) -> Vec<Value> {
    timeline
        .events
        .iter()
        .filter_map(|event| {
            let kind = match &event.kind {
                EventKind::Fault { state: FaultState::Injected | FaultState::Healed, .. } => "fault",
                EventKind::Paged { .. } => "page",
                EventKind::Said { .. } => "person",
                EventKind::Repair { .. } | EventKind::Changed { .. } => "command",
                _ => return None,
            };
            Some(json!({ "at": event.at_s, "kind": kind, "text": plain(&line(event)?) }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Event;

    /// All from the end of the baseline to the first heal was shaded, twice, and no later fault was.
    #[test]
    fn only_the_time_in_which_a_step_is_in_is_shaded_as_a_fault() {
        let phase = |at_s, phase| (at_s, EventKind::PhaseBegan { phase });
        let fault = |at_s, step, state| (at_s, EventKind::Fault { step, state, reason: None });
        let told = [
            phase(0.0, Phase::Baseline),
            phase(10.0, Phase::Fault),
            fault(15.0, 0, FaultState::Injected),
            fault(20.0, 0, FaultState::Healed),
            phase(30.0, Phase::Recovery),
            phase(35.0, Phase::Fault),
            fault(40.0, 1, FaultState::Injected),
            // Repaired, and still in: it slips once more.
            phase(42.0, Phase::Recovery),
            phase(44.0, Phase::Fault),
        ];
        let event = |(seq, (at_s, kind))| Event { seq, at_s, wall: String::new(), kind };
        let timeline = Timeline { events: (0..).zip(told).map(event).collect() };
        let wanted = [
            json!({ "from": 0.0, "to": 10.0, "kind": "baseline" }),
            json!({ "from": 30.0, "to": 35.0, "kind": "recovery" }),
            json!({ "from": 42.0, "to": 44.0, "kind": "recovery" }),
            json!({ "from": 15.0, "to": 20.0, "kind": "fault" }),
            json!({ "from": 40.0, "to": 42.0, "kind": "fault" }),
            json!({ "from": 44.0, "to": 50.0, "kind": "fault" }),
        ];
        assert_eq!(bands(&timeline, 50.0), wanted);
    }
}
