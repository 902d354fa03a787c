//! When an outage began and ended, to the single request.
//!
//! **Invariant**: times are those at which requests were *meant* to be sent; what is between two requests is an interval.

use super::window::{BadRun, Window};

/// A run of good requests is unbroken from this many on, or from a second on, whichever is more.
const UNBROKEN: f64 = 100.0;

/// The first failed request after a moment that begins an outage: in the second that follows it, more than a tenth fail.
pub fn onset(windows: &[&Window], after_s: f64) -> Option<f64> {
    let runs: Vec<BadRun> = runs(windows).into_iter().filter(|run| run.from_s >= after_s).collect();
    let first = runs.iter().find(|run| {
        let (from_s, to_s) = (run.from_s, run.from_s + 1.0);
        let bad: u64 = runs.iter().filter(|other| other.from_s >= from_s && other.from_s < to_s).map(|other| other.count).sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of a second")]
        let bad = bad as f64;
        bad >= per_second(windows, from_s) * 0.1
    })?;
    Some(first.from_s)
}

/// The end of an outage: when the last bad request was meant to be sent, and when the first of an unbroken run of good ones was,
/// from which on to `until_s` the share of good ones reaches a goal. `None` when that never came.
pub fn recovered(windows: &[&Window], after_s: f64, until_s: f64, goal: f64) -> Option<(f64, f64)> {
    let runs: Vec<BadRun> = runs(windows).into_iter().filter(|run| run.from_s >= after_s && run.from_s <= until_s).collect();
    if windows.iter().any(|window| window.bad_cut && window.from_s >= after_s && window.to_s <= until_s && window.failed == 0) {
        return None;
    }
    // From the earliest candidate on: behind each run of bad requests a run of good ones begins.
    runs.iter().enumerate().find_map(|(index, run)| {
        let next_s = runs.get(index + 1).map_or(f64::MAX, |next| next.from_s);
        let rate = per_second(windows, run.until_s).max(f64::MIN_POSITIVE);
        let unbroken_s = (UNBROKEN / rate).max(1.0).min(until_s - run.until_s);
        if next_s - run.until_s < unbroken_s {
            return None;
        }
        let bad: u64 = runs[index + 1..].iter().map(|later| later.count).sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
        let (bad, all) = (bad as f64, intended_between(windows, run.until_s, until_s));
        (all > 0.0 && 1.0 - bad / all >= goal).then_some((last_bad_s(run, rate), run.until_s))
    })
}

/// When the last of a run was meant to be sent: one interval before the good one that ended it.
fn last_bad_s(run: &BadRun, rate: f64) -> f64 {
    (run.until_s - 1.0 / rate).max(run.from_s)
}

/// All runs in order; those that go on over the end of a window are joined.
fn runs(windows: &[&Window]) -> Vec<BadRun> {
    let mut joined: Vec<BadRun> = Vec::new();
    for window in windows {
        for (index, run) in window.bad.iter().enumerate() {
            let at_start = index == 0 && run.from_s - window.from_s <= 1.5 / per_second(windows, window.from_s).max(1e-9);
            match joined.last_mut() {
                // The one before ended at its window's end without a good request behind it.
                Some(last) if at_start && run.from_s - last.until_s <= 1.5 / per_second(windows, window.from_s).max(1e-9) => {
                    last.until_s = run.until_s;
                    last.count += run.count;
                }
                _ => joined.push(*run),
            }
        }
        // A run that reaches its window's end is over with the first request of the next, if that is a good one.
    }
    joined
}

#[expect(clippy::cast_precision_loss, reason = "counts of a second")]
fn per_second(windows: &[&Window], at_s: f64) -> f64 {
    let window = windows.iter().find(|window| window.from_s <= at_s && at_s < window.to_s);
    let window = window.or_else(|| windows.last());
    window.map_or(0.0, |window| window.intended as f64 / (window.to_s - window.from_s).max(1e-9))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
fn intended_between(windows: &[&Window], from_s: f64, until_s: f64) -> f64 {
    let part = |window: &&&Window| {
        let (from, to) = (window.from_s.max(from_s), window.to_s.min(until_s));
        let share = ((to - from) / (window.to_s - window.from_s).max(1e-9)).clamp(0.0, 1.0);
        window.intended as f64 * share
    };
    windows.iter().map(|window| part(&window)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of 100 requests, one each 10 ms; the bad ones by their numbers.
    fn second(at: u32, bad: &[(u32, u32)]) -> Window {
        let from_s = f64::from(at);
        let moment = |number: u32| from_s + f64::from(number) / 100.0;
        let runs: Vec<_> = bad
            .iter()
            .map(|(first, end)| BadRun { from_s: moment(*first), until_s: moment(*end), count: u64::from(end - first) })
            .collect();
        let failed = runs.iter().map(|run| run.count).sum();
        Window { from_s, to_s: from_s + 1.0, intended: 100, ok: 100 - failed, failed, bad: runs, ..Window::default() }
    }

    #[test]
    fn onset_and_end_are_known_to_the_request() {
        let windows = [second(0, &[]), second(1, &[(37, 100)]), second(2, &[(0, 100)]), second(3, &[(0, 42)]), second(4, &[]), second(5, &[])];
        let windows: Vec<_> = windows.iter().collect();
        assert_eq!(onset(&windows, 0.0), Some(1.37));
        let (bad_s, good_s) = recovered(&windows, 0.0, 6.0, 0.998).unwrap();
        assert!((bad_s - 3.41).abs() < 1e-6 && (good_s - 3.42).abs() < 1e-6, "{bad_s} {good_s}");
    }

    #[test]
    fn one_failure_long_before_is_no_onset_and_one_long_after_no_relapse() {
        let windows = [second(0, &[(5, 6)]), second(1, &[(0, 100)]), second(2, &[(0, 10)]), second(3, &[]), second(4, &[(50, 51)]), second(5, &[])];
        let windows: Vec<_> = windows.iter().collect();
        assert_eq!(onset(&windows, 0.0), Some(1.0));
        let (_, good_s) = recovered(&windows, 0.0, 6.0, 0.99).unwrap();
        assert!((good_s - 2.10).abs() < 1e-6, "{good_s}");
        assert_eq!(recovered(&windows, 0.0, 6.0, 0.9999), None, "the later failure counts against a goal that is that high");
    }

    #[test]
    fn what_never_came_back_has_no_end() {
        let windows = [second(0, &[]), second(1, &[(0, 100)]), second(2, &[(0, 100)])];
        assert_eq!(recovered(&windows.iter().collect::<Vec<_>>(), 0.0, 3.0, 0.99), None);
    }
}
