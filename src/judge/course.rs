//! Numbers beside the truth: each probe's course, what it cost, and the proof of the effect.
//!
//! **Invariant**: counts only; nothing here decides.

use std::collections::BTreeMap;

use super::{case::Case, spares};
use crate::model::{
    event::Acted,
    steady::{self, percent},
    streak::share,
    verdict::{Course, Effect, Impact},
    window::Window,
};

/// Each probe before, at its worst, and in the end.
pub(super) fn courses(case: &Case) -> BTreeMap<String, Course> {
    let end_s = case.turbulence_s.unwrap_or(f64::MAX);
    let hold_s = case.recoveries().map(|recovers| recovers.hold.0.as_secs_f64()).fold(1.0, f64::max);
    case.scenario
        .load
        .steady
        .keys()
        .map(|kind| {
            let windows: Vec<_> = case.timeline.windows(kind.probe()).map(|(_, window)| window).collect();
            let last_s = windows.last().map_or(0.0, |window| window.to_s);
            let before = steady::windows(case.timeline, kind.probe(), end_s.min(last_s));
            let after = windows.iter().filter(|window| case.injected.is_some_and(|(_, at_s)| window.from_s >= at_s));
            let course = Course {
                baseline: sum(before.iter().map(|(_, window)| *window)),
                worst: after.filter_map(|window| window.success()).min_by(f64::total_cmp),
                last: sum(windows.iter().filter(|window| window.from_s >= last_s - hold_s - 0.01).copied()),
            };
            (kind.probe().to_owned(), course)
        })
        .collect()
}

/// What it cost the customers.
pub(super) fn impact(case: &Case) -> Impact {
    let Some((_, injected_s)) = case.injected else { return Impact::default() };
    let repaired_s = case.recovered().map(|(since_s, _)| since_s);
    let when = &case.scenario.page.when;
    let until_s = repaired_s.unwrap_or(f64::MAX);
    let mut impact = Impact {
        page_to_repair_s: case.paged.zip(repaired_s).map(|((_, paged_s), repaired_s)| (repaired_s - paged_s).max(0.0)),
        ..Impact::default()
    };
    let hit =
        case.timeline.windows(&when.probe).filter(|(_, window)| window.from_s >= injected_s && window.from_s < until_s);
    for (_, window) in hit {
        impact.requests += window.intended;
        impact.failed += window.failed;
        if window.success().is_some_and(|success| success < when.below.0) {
            impact.out_of_slo_s += window.to_s - window.from_s;
        }
    }
    impact
}

/// What proves that the fault took effect.
pub(super) fn effect(case: &Case) -> Effect {
    let Some((_, injected_s)) = case.injected else { return Effect::default() };
    let bites = &case.scenario.bites;
    let symptom = case.bit.map(|(_, bit_s)| {
        let worst = case.timeline.windows(&bites.probe).filter(|(_, window)| window.to_s >= bit_s);
        let worst = worst.filter_map(|(_, window)| window.success()).min_by(f64::total_cmp).unwrap_or_default();
        format!("{} fell to {}", bites.probe, percent(worst))
    });
    let bystander = bites.spares.as_ref().zip(case.paged).and_then(|(spares, (_, paged_s))| {
        spares::served(case, spares, paged_s).0.map(|share| format!("{} at {}", spares.probe, percent(share)))
    });
    let until_s = case.recovered().map_or(f64::MAX, |(since_s, _)| since_s);
    let from_s = case.bit.map_or(injected_s, |(_, bit_s)| bit_s);
    let exercised =
        case.timeline.windows(&bites.probe).filter(|(_, window)| window.to_s >= from_s && window.from_s < until_s);
    let peak = |name: &str| {
        let after = case.timeline.gauge(name).filter(|reading| reading.at_s >= injected_s);
        after.filter_map(|reading| reading.value.ok()).max_by(f64::total_cmp)
    };
    Effect {
        symptom,
        bystander,
        exercised: exercised.map(|(_, window)| window.intended).sum(),
        counters: acted(case).map(|(step, acted)| (step, acted.packets)).collect(),
        engines: acted(case).filter_map(|(step, acted)| Some((step, acted.engine.clone()?))).collect(),
        gauges: bites.gauges.keys().filter_map(|name| Some((name.clone(), peak(name)?))).collect(),
    }
}

/// What each fault's rules have done, by the step's number and key.
fn acted<'c>(case: &'c Case) -> impl Iterator<Item = (String, &'c Acted)> {
    let key = move |step: usize| {
        case.plan.and_then(|plan| plan.injection.steps.get(step)).map_or("", |step| step.fault.key())
    };
    case.timeline.acted().into_iter().map(move |(step, acted)| (format!("step {} {}", step + 1, key(step)), acted))
}

fn sum<'a>(windows: impl Iterator<Item = &'a Window>) -> Option<f64> {
    let (ok, intended) = windows.fold((0, 0), |sum, window| (sum.0 + window.ok, sum.1 + window.intended));
    share(ok, intended)
}
