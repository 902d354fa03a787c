//! Numbers beside the truth: each probe's course, what it cost, and the proof of the effect.
//!
//! **Invariant**: counts only; nothing here decides.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use crate::model::{
    condition::Condition,
    evaluate,
    event::{Acted, EventKind},
    moments, steady,
    verdict::{Course, Effect, Impact},
    window::Window,
};

/// Each probe before, at its worst, and in the end.
pub(super) fn courses(case: &Case) -> BTreeMap<String, Course> {
    let end_s = case.fault_s.unwrap_or(f64::MAX);
    let hold_s = case.scenario.recoveries().map(|one| one.when.lasting.0.as_secs_f64()).fold(1.0, f64::max);
    let probes: BTreeSet<&str> = case
        .timeline
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Traffic { probe, .. } => Some(probe.as_str()),
            _ => None,
        })
        .collect();
    probes
        .into_iter()
        .map(|probe| {
            let windows: Vec<_> = case.timeline.windows(probe).map(|(_, window)| window).collect();
            let before =
                steady::windows(case.timeline, probe, end_s.min(windows.last().map_or(0.0, |window| window.to_s)));
            let judged: Vec<_> = windows.iter().copied().filter(|window| window.to_s <= case.end_s + 0.01).collect();
            let last_s = judged.last().map_or(0.0, |window| window.to_s);
            let injected = case.first_injected();
            let after = judged.iter().filter(|window| injected.is_some_and(|(_, at_s)| window.from_s >= at_s));
            let course = Course {
                baseline: sum(before.iter().map(|(_, window)| *window)),
                worst: after.filter_map(|window| window.success()).min_by(f64::total_cmp),
                last: sum(judged.iter().copied().filter(|window| window.from_s >= last_s - hold_s - 0.01)),
            };
            (probe.to_owned(), course)
        })
        .collect()
}

/// The probe that the page watches first.
fn main_probe<'a>(case: &'a Case) -> Option<&'a Condition> {
    case.scenario.page.when.iter().find(|condition| condition.probe().is_some())
}

/// When the outage began: the first request of the main probe from which on more than a tenth failed.
pub(super) fn onset_s(case: &Case) -> Option<f64> {
    let (probe, _) = (main_probe(case)?.probe()?, case.first_injected()?);
    let windows: Vec<_> = case.timeline.windows(probe).map(|(_, window)| window).collect();
    moments::onset(&windows, case.fault_s?)
}

/// What it cost the customers.
pub(super) fn impact(case: &Case) -> Impact {
    let Some((_, injected_s)) = case.first_injected() else { return Impact::default() };
    let repaired_s = case.recovered().map(|(since_s, _)| since_s);
    let until_s = repaired_s.unwrap_or(case.end_s);
    let mut impact = Impact {
        page_to_repair_s: case.paged.zip(repaired_s).map(|((_, paged_s), repaired_s)| (repaired_s - paged_s).max(0.0)),
        ..Impact::default()
    };
    let Some(page) = main_probe(case) else { return impact };
    let (_, operator, threshold) = page.measure();
    let windows = case.timeline.windows(page.probe().unwrap_or_default());
    for (_, window) in windows.filter(|(_, window)| window.from_s >= injected_s && window.from_s < until_s) {
        impact.requests += window.intended;
        impact.failed += window.failed;
        let share = page
            .bound()
            .map_or_else(|| window.success(), |bound| evaluate::share(window.within(bound), window.intended));
        if share.is_some_and(|share| operator.holds(share, threshold)) {
            impact.out_of_slo_s += window.to_s - window.from_s;
        }
    }
    impact
}

/// What proves that the fault took effect.
pub(super) fn effect(case: &Case) -> Effect {
    let Some((_, injected_s)) = case.first_injected() else { return Effect::default() };
    let peaks = steady::named_gauges(case.scenario).into_iter().filter_map(|name| {
        let readings = case.timeline.gauge(&name).filter(|reading| reading.at_s >= injected_s);
        let peak = readings.filter_map(|reading| reading.value.ok()).max_by(f64::total_cmp)?;
        Some((name.clone(), peak))
    });
    let gauges = peaks.collect();
    let exercised = main_probe(case).map_or(0, |page| {
        let windows = case.timeline.windows(page.probe().unwrap_or_default());
        windows.filter(|(_, window)| window.from_s >= injected_s).map(|(_, window)| window.intended).sum()
    });
    let named = |step: usize| {
        let fault = case.plan.and_then(|plan| plan.injection.steps.get(step)).map_or("", |step| step.fault.key());
        format!("step {} {fault}", step + 1)
    };
    let acted: BTreeMap<usize, &Acted> = case.timeline.acted();
    Effect {
        symptom: super::symptom::finding(case).map(|finding| finding.sentence),
        bystander: super::bystanders::findings(case).first().map(|finding| finding.sentence.clone()),
        exercised,
        gauges,
        counters: acted.iter().map(|(step, acted)| (named(*step), acted.packets)).collect(),
        engines: acted.iter().filter_map(|(step, acted)| Some((named(*step), acted.engine.clone()?))).collect(),
    }
}

fn sum<'a>(windows: impl Iterator<Item = &'a Window>) -> Option<f64> {
    let (ok, intended) = windows.fold((0, 0), |sum, window| (sum.0 + window.ok, sum.1 + window.intended));
    evaluate::share(ok, intended)
}
