//! Is the baseline one that a fault can be measured against, and if not, which rate would be?
//!
//! **Invariant**: the run asks before the first blow and the judge asks again, of the same windows, with this code.

use super::{
    scenario::{Expectation, RequestKind, Scenario},
    streak::share,
    timeline::Timeline,
    units::{Rate, Share},
    window::Window,
};

/// How late the generator may send at its 99th percentile before its second counts as late.
pub const LAG_LIMIT_MS: f64 = 250.0;
/// The share of late seconds that is still no reason to doubt the rest.
pub const LATE_SHARE: f64 = 0.1;
/// How far the number of intended requests may be off the wanted rate.
const RATE_TOLERANCE: f64 = 0.05;

/// What a baseline came to.
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

/// What the probe must reach in the baseline: no less than what counts as recovered later.
pub fn wanted(scenario: &Scenario, probe: &str) -> Share {
    scenario
        .expect
        .iter()
        .filter_map(|expectation| match expectation {
            Expectation::Recovers(recovers) if recovers.probe == probe => Some(recovers.to),
            _ => None,
        })
        .fold(scenario.page.when.below, |most, to| if to > most { to } else { most })
}

/// The probes that must be steady: those that decide.
pub fn deciding(scenario: &Scenario) -> Vec<String> {
    let recovering = scenario.expect.iter().filter_map(|expectation| match expectation {
        Expectation::Recovers(recovers) => Some(recovers.probe.clone()),
        _ => None,
    });
    let mut probes: Vec<_> = recovering.chain([scenario.page.when.probe.clone()]).collect();
    probes.sort();
    probes.dedup();
    probes
}

/// The baseline windows of a probe: all before `end_s`, without the first third, in which connections are made.
pub fn windows<'a>(timeline: &'a Timeline, probe: &'a str, end_s: f64) -> Vec<(u64, &'a Window)> {
    timeline.windows(probe).filter(|(_, window)| window.from_s >= end_s / 3.0 && window.to_s <= end_s + 0.01).collect()
}

/// Judge one probe's baseline.
pub fn assess(scenario: &Scenario, probe: &str, windows: &[(u64, &Window)]) -> Baseline {
    let intended: u64 = windows.iter().map(|(_, window)| window.intended).sum();
    let ok: u64 = windows.iter().map(|(_, window)| window.ok).sum();
    let success = share(ok, intended);
    let late = windows.iter().filter(|(_, window)| window.lag_p99_ms > LAG_LIMIT_MS).count();
    let wanted_rate = RequestKind::of_probe(probe).and_then(|kind| scenario.load.steady.get(&kind)).copied();
    let goal = wanted(scenario, probe);
    let doubt = match success {
        None => Some(format!("{probe}: no request was made in the baseline")),
        Some(reached) if reached < goal.0 => Some(format!(
            "{probe} reached {} of {} requests ({}) in the baseline, {goal} is needed",
            ok,
            intended,
            percent(reached)
        )),
        Some(_) if is_late(late, windows.len()) => Some(format!(
            "the load generator sent more than {LAG_LIMIT_MS} ms late in {late} of {} baseline seconds",
            windows.len()
        )),
        Some(_) => off_rate(wanted_rate, windows),
    };
    let proposed = if doubt.is_some() { propose(wanted_rate, windows) } else { None };
    Baseline { success, seconds: windows.len(), doubt, proposed }
}

/// Whether so many late seconds are too many.
#[expect(clippy::cast_precision_loss, reason = "seconds of a run stay far below 2^52")]
pub fn is_late(late: usize, seconds: usize) -> bool {
    late as f64 > seconds as f64 * LATE_SHARE
}

/// A share as people read it: `99.87 %` → `99.87%`.
pub fn percent(share: f64) -> String {
    // Never round up to a goal that was not reached: 99.796 % is not 99.8 %.
    let floored = (share * 10_000.0 + 1e-6).floor() / 100.0;
    let text = format!("{floored:.2}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
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
