//! One window for each second of one kind of traffic, closed when all its requests are settled.
//!
//! **Invariant**: windows come out in order and without a gap; a request counts in the second in which it was *meant* to be
//! sent, however late its answer is.

use std::{collections::VecDeque, time::Duration};

use super::{
    failure::Failure,
    second::{Second, micros},
};
use crate::model::{units::Span, window::Window};

/// What became of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// When it was meant to be sent, from the run's zero.
    pub(super) intended: Duration,
    /// How much later it was sent.
    pub(super) lag: Duration,
    /// From the intended time to the answer, or to giving up.
    pub(super) latency: Duration,
    /// How it ended.
    pub(super) result: Result<(), Failure>,
}

/// The windows that are not out yet.
pub(super) struct Tally {
    /// Index of the first of `open`: seconds since the run's zero.
    first: u64,
    open: VecDeque<Second>,
    closed_at: Option<Duration>,
    /// Bounds of latency within which good requests are counted.
    bounds: Vec<Span>,
}

impl Tally {
    pub(super) fn new(bounds: &[Span]) -> Self {
        Self { first: 0, open: VecDeque::new(), closed_at: None, bounds: bounds.to_vec() }
    }

    /// A request is due.
    pub(super) fn intend(&mut self, at: Duration) {
        // A promise that is given by one of the last answers falls due when nobody is there to ask.
        if self.closed_at.is_some_and(|end| at > end) {
            return;
        }
        let second = self.second(at);
        second.intended += 1;
        second.due.push(at);
    }

    /// A request is over.
    pub(super) fn settle(&mut self, settled: &Settled) {
        // What was due after the end was dropped with it.
        if self.closed_at.is_some_and(|end| settled.intended > end) {
            return;
        }
        let within: Vec<bool> =
            self.bounds.iter().map(|bound| settled.result.is_ok() && settled.latency <= bound.0).collect();
        let second = self.second(settled.intended);
        second.settled += 1;
        second.requests.push((settled.intended, settled.result.is_ok()));
        second.within.resize(within.len(), 0);
        second.within.iter_mut().zip(within).for_each(|(count, within)| *count += u64::from(within));
        second.latency.saturating_record(micros(settled.latency));
        second.lag.saturating_record(micros(settled.lag));
        match settled.result {
            Ok(()) => second.ok += 1,
            Err(failure) => *second.reasons.entry(failure).or_default() += 1,
        }
    }

    /// No request is due from now on; the window under way ends here.
    pub(super) fn close(&mut self, at: Duration) {
        self.closed_at = Some(at);
        // A second that has only just begun gets no window of no width.
        let last = at.saturating_sub(Duration::from_nanos(1));
        if last.as_secs() >= self.first && !at.is_zero() {
            self.second(last);
        }
        // What falls due after the end (a promise that was given late) is not waited for.
        for second in &mut self.open {
            second.intended -= second.due.iter().filter(|due| **due > at).count() as u64;
            second.due.retain(|due| *due <= at);
        }
        while self.open.len() > 1 && self.open.back().is_some_and(|second| second.intended == 0) {
            let starts = self.first + self.open.len() as u64 - 1;
            if Duration::from_secs(starts) < at {
                break;
            }
            self.open.pop_back();
        }
    }

    /// The next window, if its second is over and all its requests are settled. Whatever is due by `now` must be in the tally.
    pub(super) fn next(&mut self, now: Duration) -> Option<Window> {
        let index = self.first;
        let over = self.closed_at.is_some() || now.as_secs() > index;
        if !over || self.closed_at.is_some() && self.open.is_empty() {
            return None;
        }
        self.second(Duration::from_secs(index));
        if self.open.front().is_some_and(|second| second.settled < second.intended) {
            return None;
        }
        self.first += 1;
        let to = Duration::from_secs(index + 1).min(self.closed_at.unwrap_or(Duration::MAX));
        let second = self.open.pop_front()?;
        Some(second.window(&self.bounds, Duration::from_secs(index), to))
    }

    /// Requests without an outcome.
    pub(super) fn unsettled(&self) -> u64 {
        self.open.iter().map(|second| second.intended - second.settled).sum()
    }

    fn second(&mut self, at: Duration) -> &mut Second {
        let index = usize::try_from(at.as_secs().saturating_sub(self.first)).unwrap_or(usize::MAX);
        while self.open.len() <= index {
            self.open.push_back(Second::new());
        }
        &mut self.open[index]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::window::BadRun;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn settle(tally: &mut Tally, intended: Duration, latency: Duration, result: Result<(), Failure>) {
        tally.settle(&Settled { intended, lag: ms(1), latency, result });
    }

    #[test]
    fn a_window_waits_for_its_last_request_and_for_nothing_else() {
        let mut tally = Tally::new(&[]);
        for at in [ms(0), ms(500), ms(1_000)] {
            tally.intend(at);
        }
        settle(&mut tally, ms(500), ms(20), Ok(()));
        assert_eq!(tally.next(ms(1_100)), None, "one request of the first second is open");
        settle(&mut tally, ms(0), ms(2_000), Err(Failure::Timeout));
        let window = tally.next(ms(2_000)).unwrap();
        assert_eq!((window.intended, window.ok, window.failed), (2, 1, 1));
        assert_eq!(window.reasons, BTreeMap::from([("timeout".to_owned(), 1)]));
        assert!((window.max_ms - 2_000.0).abs() < 5.0 && (window.p50_ms - 20.0).abs() < 1.0, "{window:?}");
        assert_eq!(tally.next(ms(2_000)), None, "the second second waits for its own");
        assert_eq!(tally.unsettled(), 1);
    }

    #[test]
    fn a_second_without_requests_is_a_window_too() {
        let mut tally = Tally::new(&[]);
        tally.intend(ms(2_500));
        settle(&mut tally, ms(2_500), ms(5), Ok(()));
        let windows: Vec<_> = std::iter::from_fn(|| tally.next(ms(3_000))).collect();
        assert_eq!(windows.iter().map(|window| window.intended).collect::<Vec<_>>(), [0, 0, 1]);
        assert!(windows.windows(2).all(|pair| pair[0].to_s.total_cmp(&pair[1].from_s).is_eq()));
        assert_eq!(windows[0].success(), None);
    }

    #[test]
    fn the_last_window_ends_when_the_customers_left() {
        let mut tally = Tally::new(&[]);
        tally.intend(ms(100));
        tally.intend(ms(1_200));
        settle(&mut tally, ms(100), ms(5), Ok(()));
        tally.close(ms(1_300));
        assert!((tally.next(ms(1_300)).unwrap().to_s - 1.0).abs() < 1e-9);
        assert_eq!(tally.next(ms(1_300)), None, "its request is open");
        settle(&mut tally, ms(1_200), ms(5), Err(Failure::Status(503)));
        let last = tally.next(ms(1_400)).unwrap();
        assert!((last.to_s - 1.3).abs() < 1e-9);
        assert_eq!(last.reasons.get("503"), Some(&1));
        assert_eq!(tally.next(ms(9_000)), None, "nothing after the end");
    }

    #[test]
    fn bad_requests_are_known_one_by_one_and_good_ones_within_their_bounds() {
        let mut tally = Tally::new(&["300ms".parse().unwrap()]);
        for (at, latency, good) in
            [(0, 20, true), (100, 20, false), (200, 20, false), (300, 400, true), (400, 300, true)]
        {
            tally.intend(ms(at));
            settle(&mut tally, ms(at), ms(latency), if good { Ok(()) } else { Err(Failure::Timeout) });
        }
        let window = tally.next(ms(1_000)).unwrap();
        assert_eq!(window.bad, [BadRun { from_s: 0.1, last_s: 0.2, good_s: Some(0.3), count: 2 }]);
        assert_eq!(window.within("300ms".parse().unwrap()), 2, "of three good ones, one was late");
    }

    #[test]
    fn what_falls_due_after_the_end_is_not_waited_for() {
        let mut tally = Tally::new(&[]);
        for at in [ms(100), ms(1_500), ms(9_000)] {
            tally.intend(at);
        }
        settle(&mut tally, ms(100), ms(5), Ok(()));
        tally.close(ms(1_200));
        settle(&mut tally, ms(1_500), ms(5), Ok(()));
        let intended: Vec<_> = std::iter::from_fn(|| tally.next(ms(1_200))).map(|window| window.intended).collect();
        assert_eq!((intended, tally.unsettled()), (vec![1, 0], 0));
    }

    /// Each run whose customers ask for their parcels waited eight seconds for it at its end, and had windows that ended before they began.
    #[test]
    fn a_promise_that_is_given_after_the_end_is_not_waited_for_either() {
        let mut tally = Tally::new(&[]);
        tally.intend(ms(100));
        settle(&mut tally, ms(100), ms(5), Ok(()));
        tally.close(ms(1_200));
        tally.intend(ms(9_100));
        assert_eq!(tally.unsettled(), 0);
        let windows: Vec<_> = std::iter::from_fn(|| tally.next(ms(1_200))).collect();
        assert!(windows.len() == 2 && windows.iter().all(|window| window.from_s < window.to_s), "{windows:?}");
    }

    #[test]
    fn an_end_on_the_stroke_of_a_second_adds_no_empty_window() {
        let mut tally = Tally::new(&[]);
        tally.intend(ms(100));
        settle(&mut tally, ms(100), ms(5), Ok(()));
        tally.close(ms(1_000));
        assert!(tally.next(ms(1_000)).is_some());
        assert_eq!(tally.next(ms(1_000)), None);
    }
}
