//! Detectors over windows of traffic, shared by the run (as it goes) and the judge (afterwards).
//!
//! **Invariant**: no data is never good and never bad: a window without requests, or a gap, ends every streak.

use std::{collections::VecDeque, time::Duration};

use super::{
    scenario::{Below, Page, Recovers},
    units::Share,
    window::Window,
};

/// Windows further apart than this leave a gap in what is known.
const GAP_S: f64 = 0.5;

/// A condition that has held without a break.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Start of its first window.
    pub since_s: f64,
    /// End of its last window.
    pub until_s: f64,
    /// Share of success over all its windows.
    pub share: f64,
}

/// A run of windows that all satisfy a test.
#[derive(Clone, Debug, Default)]
struct Run {
    /// `(from_s, to_s, intended, ok)` of each.
    windows: VecDeque<(f64, f64, u64, u64)>,
}

impl Run {
    /// Add a window, or end the run.
    fn feed(&mut self, window: &Window, good: bool) {
        let gap = self.windows.back().is_some_and(|last| window.from_s - last.1 > GAP_S);
        if gap || !good {
            self.windows.clear();
        }
        if good {
            self.windows.push_back((window.from_s, window.to_s, window.intended, window.ok));
        }
    }

    /// Forget windows that are not needed to cover `lasting`.
    fn trim(&mut self, lasting: Duration) {
        while self.windows.len() > 1 && self.span_s(1) >= lasting.as_secs_f64() {
            self.windows.pop_front();
        }
    }

    /// Seconds from the start of the window at `index` to the end of the last.
    fn span_s(&self, index: usize) -> f64 {
        match (self.windows.get(index), self.windows.back()) {
            (Some(first), Some(last)) => last.1 - first.0 + 1e-6,
            _ => 0.0,
        }
    }

    /// What has been held so far.
    fn held(&self) -> Option<Held> {
        let (first, last) = (self.windows.front()?, self.windows.back()?);
        let (intended, ok) = self.windows.iter().fold((0, 0), |sum, window| (sum.0 + window.2, sum.1 + window.3));
        Some(Held { since_s: first.0, until_s: last.1, share: share(ok, intended)? })
    }
}

/// A share of counts; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
pub fn share(ok: u64, intended: u64) -> Option<f64> {
    (intended > 0).then(|| ok as f64 / intended as f64)
}

/// Tells when a probe has been under a share for a while: a page's condition.
#[derive(Clone, Debug)]
pub struct BelowStreak {
    below: Share,
    lasting: Duration,
    run: Run,
}

impl BelowStreak {
    /// For a threshold of a scenario.
    pub fn new(below: &Below) -> Self {
        Self { below: below.below, lasting: below.lasting.0, run: Run::default() }
    }

    /// Take the next window; the streak, once it lasts.
    pub fn feed(&mut self, window: &Window) -> Option<Held> {
        self.run.feed(window, window.success().is_some_and(|success| success < self.below.0));
        (self.run.span_s(0) >= self.lasting.as_secs_f64()).then(|| self.run.held()).flatten()
    }
}

/// Tells when a probe is served as before and stays so: the hold window.
///
/// Over the hold window as a whole the share of success must reach the goal, and no second of it may be bad enough to
/// page. (Second by second against the goal itself would let three failed requests of 1,200 reset the clock.)
#[derive(Clone, Debug)]
pub struct HoldStreak {
    goal: Share,
    floor: Share,
    hold: Duration,
    run: Run,
}

impl HoldStreak {
    /// For an expectation and the page that belongs to it.
    pub fn new(recovers: &Recovers, page: &Page) -> Self {
        let floor = Share(page.when.below.0.min(recovers.to.0));
        Self { goal: recovers.to, floor, hold: recovers.hold.0, run: Run::default() }
    }

    /// Take the next window; the hold window, once it is held.
    pub fn feed(&mut self, window: &Window) -> Option<Held> {
        self.run.feed(window, window.success().is_some_and(|success| success >= self.floor.0));
        self.run.trim(self.hold);
        let held = self.run.held()?;
        (self.run.span_s(0) >= self.hold.as_secs_f64() && held.share >= self.goal.0).then_some(held)
    }

    /// Whether a window ends what was held: a whole second bad enough to page. (The last window of a run is cut short
    /// when the customers are sent home, and says nothing.)
    pub fn is_relapse(&self, window: &Window) -> bool {
        window.to_s - window.from_s > 0.9 && window.success().is_none_or(|success| success < self.floor.0)
    }

    /// Start again: what was seen so far does not count.
    pub fn reset(&mut self) {
        self.run = Run::default();
    }

    /// Seconds held so far towards the goal; zero while the goal is not met.
    pub fn so_far_s(&self) -> f64 {
        let meets = self.run.held().is_some_and(|held| held.share >= self.goal.0);
        if meets { self.run.span_s(0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{scenario::Severity, units::Span};

    fn second(at: u32, ok: u64) -> Window {
        let from_s = f64::from(at);
        Window { from_s, to_s: from_s + 1.0, intended: 1000, ok, failed: 1000 - ok, ..Window::default() }
    }

    fn page() -> Page {
        let when = Below { probe: "p".into(), below: Share(0.95), lasting: Span(Duration::from_secs(3)) };
        Page { when, severity: Severity::P1 }
    }

    fn hold() -> HoldStreak {
        let span = |s| Span(Duration::from_secs(s));
        HoldStreak::new(&Recovers { probe: "p".into(), to: Share(0.998), within: span(60), hold: span(5) }, &page())
    }

    #[test]
    fn a_page_needs_its_whole_time() {
        let mut below = BelowStreak::new(&page().when);
        assert_eq!(below.feed(&second(0, 100)), None);
        assert_eq!(below.feed(&second(1, 100)), None);
        assert_eq!(below.feed(&second(2, 999)), None, "a good second starts it again");
        assert_eq!(below.feed(&second(3, 100)), None);
        assert_eq!(below.feed(&second(4, 100)), None);
        assert_eq!(below.feed(&second(5, 100)).map(|held| (held.since_s, held.until_s)), Some((3.0, 6.0)));
    }

    #[test]
    fn a_hold_window_counts_as_a_whole_but_no_second_may_page() {
        let mut streak = hold();
        let oks = [1000, 1000, 995, 1000, 1000];
        let held: Vec<_> = (0..).zip(oks).map(|(at, ok)| streak.feed(&second(at, ok))).collect();
        assert!(held[..4].iter().all(Option::is_none));
        assert_eq!(held[4].map(|held| (held.since_s, held.until_s)), Some((0.0, 5.0)), "99.9 % on the whole");
        streak.reset();
        for (at, ok) in (0..).zip([1000, 1000, 1000, 940, 1000, 1000, 1000, 1000]) {
            assert_eq!(streak.feed(&second(at, ok)), None, "a second of 94 % breaks it");
        }
    }

    #[test]
    fn no_data_never_holds() {
        let mut streak = hold();
        for at in 0..20 {
            assert_eq!(streak.feed(&Window { intended: 0, ok: 0, failed: 0, ..second(at, 0) }), None);
        }
        for at in [0, 2, 4, 6, 8, 10, 12] {
            assert_eq!(streak.feed(&second(at, 1000)), None, "every other second is missing");
        }
    }
}
