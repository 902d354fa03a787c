//! Is the baseline one that a fault can be measured against, and if not, which rate would be?
//!
//! **Invariant**: the run asks before the first blow and the judge asks again, of the same windows, with this code.

use super::{
    condition::{Condition, percent},
    evaluate,
    event::EventKind,
    scenario::Scenario,
    timeline::Timeline,
    units::Rate,
    window::Window,
};

/// How late the generator may send at its 99th percentile before its second counts as late.
pub const LAG_LIMIT_MS: f64 = 250.0;
/// The share of late seconds that is still no reason to doubt the rest.
pub const LATE_SHARE: f64 = 0.1;
/// How far the number of intended requests may be off the wanted rate.
const RATE_TOLERANCE: f64 = 0.05;

/// What the baseline of one kind of customers came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Share of success; `None` without traffic.
    pub success: Option<f64>,
    /// Seconds that count.
    pub seconds: usize,
    /// Why nothing may be measured against it; `None` when it is steady.
    pub doubt: Option<String>,
    /// The rate that this machine can be asked for, when it was too slow.
    pub proposed: Option<Rate>,
}

/// The kinds of customers, each of which must keep its schedule: what is late anywhere is late everywhere.
pub fn probes(scenario: &Scenario) -> Vec<String> {
    scenario.load.customers.keys().cloned().collect()
}

/// The baseline windows of a probe: all before `end_s`, without the first third, in which connections are made.
pub fn windows<'a>(timeline: &'a Timeline, probe: &'a str, end_s: f64) -> Vec<(u64, &'a Window)> {
    timeline.windows(probe).filter(|(_, window)| window.from_s >= end_s / 3.0 && window.to_s <= end_s + 0.01).collect()
}

/// Why nothing may be measured against this baseline; empty when it is steady.
pub fn doubts<'a>(scenario: &'a Scenario, timeline: &'a Timeline, end_s: f64) -> impl Iterator<Item = String> + 'a {
    let schedules = probes(scenario)
        .into_iter()
        .filter_map(move |probe| assess(scenario, &probe, &windows(timeline, &probe, end_s)).doubt);
    let goals = scenario.recoveries().filter_map(move |recovers| goal(&recovers.when, timeline, end_s));
    let gauges = named_gauges(scenario).into_iter().filter_map(move |name| unread(&name, timeline, end_s));
    schedules.chain(goals).chain(gauges)
}

/// Judge the schedule of one kind of customers, and whether it was served at all.
pub fn assess(scenario: &Scenario, probe: &str, windows: &[(u64, &Window)]) -> Baseline {
    let intended: u64 = windows.iter().map(|(_, window)| window.intended).sum();
    let ok: u64 = windows.iter().map(|(_, window)| window.ok).sum();
    let success = evaluate::share(ok, intended);
    let late = windows.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).count();
    let wanted_rate = scenario.load.customers.get(probe).map(|customers| customers.rate);
    let doubt = match success {
        None => Some(format!("{probe}: no request was made in the baseline")),
        Some(_) if is_late(late, windows.len()) => Some(format!(
            "the load generator sent {probe} more than {LAG_LIMIT_MS} ms late in {late} of {} baseline seconds",
            windows.len()
        )),
        Some(_) => off_rate(wanted_rate, windows),
    };
    let proposed = if doubt.is_some() { propose(wanted_rate, windows) } else { None };
    Baseline { success, seconds: windows.len(), doubt, proposed }
}

/// Why a goal that is to be reached again was not reached to begin with.
fn goal(condition: &Condition, timeline: &Timeline, end_s: f64) -> Option<String> {
    let (_, operator, wanted) = condition.measure();
    let Some(probe) = condition.probe() else {
        let read = evaluate::moments(condition, timeline, end_s / 3.0, end_s).into_iter().next_back();
        let mut at_once = condition.clone();
        at_once.lasting = super::units::Span::default();
        let met = evaluate::at(&at_once, timeline, end_s / 3.0, read?);
        return met.reading().filter(|_| !met.is_yes()).map(|reading| {
            format!(
                "{} was at {} in the baseline, `{condition}` is needed",
                condition.signal,
                condition.said(reading.value)
            )
        });
    };
    let from_s = windows(timeline, probe, end_s).first().map_or(end_s, |(_, window)| window.from_s);
    // A follow-up's promises may fall due only after the baseline.
    let (reading, requests) = evaluate::share_between(condition, timeline, from_s, end_s)?;
    (!operator.holds(reading.value, wanted)).then(|| {
        format!(
            "{} was at {} over {requests} requests in the baseline, `{condition}` is needed",
            condition.signal,
            percent(reading.value)
        )
    })
}

/// The gauges that conditions name.
pub fn named_gauges(scenario: &Scenario) -> Vec<String> {
    let mut names: Vec<_> = scenario
        .conditions()
        .into_iter()
        .filter_map(|(_, condition)| match &condition.signal {
            super::condition::Signal::Gauge(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Why a gauge cannot be relied upon: it was not read once in the whole baseline.
fn unread(name: &str, timeline: &Timeline, end_s: f64) -> Option<String> {
    let mut why = "it was never read";
    for event in timeline.events.iter().filter(|event| event.at_s <= end_s) {
        match &event.kind {
            EventKind::Gauge { probe, value: Some(_), .. } if probe == name => return None,
            EventKind::Gauge { probe, error, .. } if probe == name => why = error.as_deref().unwrap_or("no value"),
            _ => {}
        }
    }
    Some(format!("{name} could not be read in the baseline: {why}"))
}

/// Whether so many late seconds are too many.
#[expect(clippy::cast_precision_loss, reason = "seconds of a run stay far below 2^52")]
pub fn is_late(late: usize, seconds: usize) -> bool {
    late as f64 > seconds as f64 * LATE_SHARE
}

/// Fewer (or more) requests than asked for: the schedule itself was not kept.
#[expect(clippy::cast_precision_loss, reason = "counts of a second stay far below 2^52")]
fn off_rate(wanted: Option<Rate>, windows: &[(u64, &Window)]) -> Option<String> {
    let wanted = wanted?.per_second;
    let seconds: f64 = windows.iter().map(|(_, window)| window.to_s - window.from_s).sum();
    let intended: u64 = windows.iter().map(|(_, window)| window.intended).sum();
    let expected = wanted * seconds;
    // One request more or less is no news at a few a second.
    ((intended as f64 - expected).abs() > (expected * RATE_TOLERANCE).max(2.0))
        .then(|| format!("{intended} requests in {seconds:.0} s of baseline, {expected:.0} were wanted"))
}

/// The rate that this machine can be asked for, when the customers that decide were not served as they must be.
pub fn proposed(scenario: &Scenario, timeline: &Timeline, end_s: f64) -> Option<Rate> {
    let probe = scenario.page.when.iter().find_map(Condition::probe)?;
    let wanted = scenario.load.customers.get(probe).map(|customers| customers.rate);
    doubts(scenario, timeline, end_s).next()?;
    propose(wanted, &windows(timeline, probe, end_s))
}

/// Four fifths of the best second's successes, as a round number below the wanted rate.
#[expect(clippy::cast_precision_loss, reason = "counts of a second stay far below 2^52")]
fn propose(wanted: Option<Rate>, windows: &[(u64, &Window)]) -> Option<Rate> {
    let wanted = wanted?.per_second;
    let best = windows.iter().map(|(_, window)| window.ok as f64 / (window.to_s - window.from_s)).fold(0.0, f64::max);
    slower(Rate { per_second: best.min(wanted) })
}

/// Four fifths of a rate, as a round number.
pub fn slower(rate: Rate) -> Option<Rate> {
    let raw = rate.per_second * 0.8;
    let step = if raw >= 500.0 { 50.0 } else { 10.0 };
    let rounded = (raw / step).floor() * step;
    (rounded >= step).then_some(Rate { per_second: rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_up_to_its_goal() {
        assert_eq!(percent(0.99796), "99.79%");
        assert_eq!(percent(0.998), "99.8%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(percent(0.0), "0%");
    }

    #[test]
    fn the_proposed_rate_is_below_what_was_reached() {
        let window = Window { to_s: 1.0, intended: 1200, ok: 930, failed: 270, ..Window::default() };
        assert_eq!(propose(Some(Rate { per_second: 1200.0 }), &[(0, &window)]), Some(Rate { per_second: 700.0 }));
        let nothing = Window { to_s: 1.0, intended: 1200, failed: 1200, ..Window::default() };
        assert_eq!(propose(Some(Rate { per_second: 1200.0 }), &[(0, &nothing)]), None);
    }
}
