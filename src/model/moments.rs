//! When an outage began and ended, to the single request.
//!
//! **Invariant**: times are those at which requests were *meant* to be sent; what is between two requests is an interval.

use super::window::{BadRun, Window};

/// A run of good requests is unbroken from this many on, or from a second on, whichever takes longer.
const UNBROKEN: f64 = 100.0;

/// The first failed request after a moment that begins an outage: in the second that follows it, more than a tenth fail.
pub fn onset(windows: &[&Window], after_s: f64) -> Option<f64> {
    let runs: Vec<BadRun> = runs(windows).into_iter().filter(|run| run.from_s >= after_s).collect();
    let begins = |run: &&BadRun| {
        let until_s = run.from_s + 1.0;
        let next = runs.iter().filter(|other| other.from_s >= run.from_s && other.from_s < until_s);
        let bad: f64 = next.map(|other| failed(std::iter::once(other)) * part_before(other, until_s)).sum();
        bad >= per_second(windows, run.from_s) * 0.1
    };
    runs.iter().find(begins).map(|run| run.from_s)
}

/// The end of an outage: when the last bad request was meant to be sent, and when the first of an unbroken run of good ones was,
/// from which on to `until_s` the share of good ones reaches a goal. `None` when that never came.
pub fn recovered(windows: &[&Window], after_s: f64, until_s: f64, goal: f64) -> Option<(f64, f64)> {
    let runs: Vec<BadRun> =
        runs(windows).into_iter().filter(|run| run.last_s >= after_s && run.from_s <= until_s).collect();
    // From the earliest candidate on: behind each run of bad requests a run of good ones begins.
    runs.iter().enumerate().find_map(|(index, run)| {
        let good_s = run.good_s.filter(|good_s| *good_s < until_s)?;
        let next_s = runs.get(index + 1).map_or(f64::MAX, |next| next.from_s);
        let unbroken_s = (UNBROKEN / per_second(windows, good_s).max(1e-9)).max(1.0).min(until_s - good_s);
        if next_s - good_s < unbroken_s {
            return None;
        }
        let all = intended_between(windows, good_s, until_s);
        let share = 1.0 - failed(runs[index + 1..].iter()) / all;
        (all > 0.0 && share >= goal).then_some((run.last_s, good_s))
    })
}

/// The share of a run's time that lies before a moment.
fn part_before(run: &BadRun, until_s: f64) -> f64 {
    let lasts_s = run.last_s - run.from_s;
    if lasts_s <= 0.0 { 1.0 } else { ((until_s - run.from_s) / lasts_s).clamp(0.0, 1.0) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
fn failed<'a>(runs: impl Iterator<Item = &'a BadRun>) -> f64 {
    runs.map(|run| run.count).sum::<u64>() as f64
}

/// All runs in order; one that goes on over the end of a window is one run.
fn runs(windows: &[&Window]) -> Vec<BadRun> {
    let mut joined: Vec<BadRun> = Vec::new();
    for window in windows {
        let gap_s = 1.5 / density(window).max(1e-9);
        let mut here = window.bad.iter().copied().peekable();
        if let Some(open) = joined.last_mut().filter(|last| last.good_s.is_none()) {
            match here.peek() {
                Some(next) if next.from_s - open.last_s <= gap_s => {
                    (open.last_s, open.good_s) = (next.last_s, next.good_s);
                    open.count += next.count;
                    here.next();
                }
                // The first request of this window was a good one.
                _ if window.intended > 0 => open.good_s = Some(window.from_s),
                _ => {}
            }
        }
        joined.extend(here);
    }
    joined
}

#[expect(clippy::cast_precision_loss, reason = "counts of a second")]
fn density(window: &Window) -> f64 {
    window.intended as f64 / (window.to_s - window.from_s).max(1e-9)
}

fn per_second(windows: &[&Window], at_s: f64) -> f64 {
    let window = windows.iter().find(|window| window.from_s <= at_s && at_s < window.to_s);
    window.or_else(|| windows.last()).map_or(0.0, |window| density(window))
}

fn intended_between(windows: &[&Window], from_s: f64, until_s: f64) -> f64 {
    let part = |window: &&Window| (window.to_s.min(until_s) - window.from_s.max(from_s)).max(0.0) * density(window);
    windows.iter().map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of 100 requests, one each 10 ms; the bad ones by their numbers.
    fn second(at: u32, bad: &[(u32, u32)]) -> Window {
        let from_s = f64::from(at);
        let moment = |number: u32| from_s + f64::from(number) / 100.0;
        let run = |(first, end): &(u32, u32)| BadRun {
            from_s: moment(*first),
            last_s: moment(*end - 1),
            good_s: (*end < 100).then(|| moment(*end)),
            count: u64::from(end - first),
        };
        let bad: Vec<_> = bad.iter().map(run).collect();
        let failed = bad.iter().map(|run| run.count).sum();
        Window { from_s, to_s: from_s + 1.0, intended: 100, ok: 100 - failed, failed, bad, ..Window::default() }
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-6
    }

    #[test]
    fn onset_and_end_are_known_to_the_request() {
        let windows = [second(0, &[]), second(1, &[(37, 100)]), second(2, &[(0, 100)]), second(3, &[(0, 42)])];
        let windows = windows.into_iter().chain([second(4, &[]), second(5, &[])]).collect::<Vec<_>>();
        let windows: Vec<_> = windows.iter().collect();
        assert_eq!(onset(&windows, 0.0), Some(1.37));
        let (bad_s, good_s) = recovered(&windows, 0.0, 6.0, 0.998).unwrap();
        assert!(close(bad_s, 3.41) && close(good_s, 3.42), "{bad_s} {good_s}");
    }

    #[test]
    fn an_outage_that_ends_with_a_second_is_over_with_the_next() {
        let windows = [second(0, &[]), second(1, &[(0, 100)]), second(2, &[]), second(3, &[])];
        let (bad_s, good_s) = recovered(&windows.iter().collect::<Vec<_>>(), 0.0, 4.0, 0.998).unwrap();
        assert!(close(bad_s, 1.99) && close(good_s, 2.0), "{bad_s} {good_s}");
    }

    #[test]
    fn one_failure_long_before_is_no_onset_and_one_long_after_no_relapse() {
        let windows = [second(0, &[(5, 6)]), second(1, &[(0, 100)]), second(2, &[(0, 10)]), second(3, &[])];
        let windows = windows.into_iter().chain([second(4, &[(50, 51)]), second(5, &[])]).collect::<Vec<_>>();
        let windows: Vec<_> = windows.iter().collect();
        assert_eq!(onset(&windows, 0.0), Some(1.0));
        let (_, good_s) = recovered(&windows, 1.0, 6.0, 0.99).unwrap();
        assert!(close(good_s, 2.10), "{good_s}");
    }

    #[test]
    fn what_never_came_back_has_no_end() {
        let windows = [second(0, &[]), second(1, &[(0, 100)]), second(2, &[(0, 100)])];
        assert_eq!(recovered(&windows.iter().collect::<Vec<_>>(), 0.0, 3.0, 0.99), None);
    }
}
