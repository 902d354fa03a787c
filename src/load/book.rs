//! One window for each second of one kind of traffic, closed when all its requests are settled.
//!
//! **Invariant**: windows come out in order and without a gap; a request counts in the second in which it was *meant* to be
//! sent, however late its answer is.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use hdrhistogram::Histogram;

use super::failure::Failure;
use crate::model::window::Window;

/// Longest latency that is told apart, in microseconds: far above every timeout.
const LONGEST_US: u64 = 120_000_000;

/// What became of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
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
pub(super) struct Book {
    /// Index of the first of `open`: seconds since the run's zero.
    first: u64,
    open: VecDeque<Page>,
    closed_at: Option<Duration>,
}

struct Page {
    intended: u64,
    settled: u64,
    ok: u64,
    reasons: BTreeMap<Failure, u64>,
    latency: Histogram<u32>,
    lag: Histogram<u32>,
}

impl Book {
    pub(super) fn new() -> Self {
        Self { first: 0, open: VecDeque::new(), closed_at: None }
    }

    /// A request is due.
    pub(super) fn intend(&mut self, at: Duration) {
        self.page(at).intended += 1;
    }

    /// A request is over.
    pub(super) fn settle(&mut self, outcome: &Outcome) {
        let page = self.page(outcome.intended);
        page.settled += 1;
        page.latency.saturating_record(micros(outcome.latency));
        page.lag.saturating_record(micros(outcome.lag));
        match outcome.result {
            Ok(()) => page.ok += 1,
            Err(failure) => *page.reasons.entry(failure).or_default() += 1,
        }
    }

    /// No request is due from now on; the window under way ends here.
    pub(super) fn close(&mut self, at: Duration) {
        self.closed_at = Some(at);
        // A second that has only just begun gets no window of no width.
        let last = at.saturating_sub(Duration::from_nanos(1));
        if last.as_secs() >= self.first && !at.is_zero() {
            self.page(last);
        }
    }

    /// The next window, if its second is over and all its requests are settled. Whatever is due by `now` must be in the book.
    pub(super) fn next(&mut self, now: Duration) -> Option<Window> {
        let index = self.first;
        let over = self.closed_at.is_some() || now.as_secs() > index;
        if !over || self.closed_at.is_some() && self.open.is_empty() {
            return None;
        }
        self.page(Duration::from_secs(index));
        if self.open.front().is_some_and(|page| page.settled < page.intended) {
            return None;
        }
        self.first += 1;
        let to = Duration::from_secs(index + 1).min(self.closed_at.unwrap_or(Duration::MAX));
        Some(self.open.pop_front()?.window(Duration::from_secs(index), to))
    }

    /// Requests without an outcome.
    pub(super) fn unsettled(&self) -> u64 {
        self.open.iter().map(|page| page.intended - page.settled).sum()
    }

    fn page(&mut self, at: Duration) -> &mut Page {
        let index = usize::try_from(at.as_secs().saturating_sub(self.first)).unwrap_or(usize::MAX);
        while self.open.len() <= index {
            self.open.push_back(Page::new());
        }
        &mut self.open[index]
    }
}

impl Page {
    fn new() -> Self {
        Self {
            intended: 0,
            settled: 0,
            ok: 0,
            reasons: BTreeMap::new(),
            latency: histogram(3),
            // The lag answers one question, whether the generator can be trusted: two digits do.
            lag: histogram(2),
        }
    }

    fn window(self, from: Duration, to: Duration) -> Window {
        Window {
            from_s: from.as_secs_f64(),
            to_s: to.as_secs_f64(),
            intended: self.intended,
            ok: self.ok,
            failed: self.settled - self.ok,
            reasons: self.reasons.into_iter().map(|(failure, count)| (failure.to_string(), count)).collect(),
            p50_ms: millis(self.latency.value_at_quantile(0.50)),
            p99_ms: millis(self.latency.value_at_quantile(0.99)),
            max_ms: millis(self.latency.max()),
            lag_p99_ms: millis(self.lag.value_at_quantile(0.99)),
        }
    }
}

/// Bounds that are constants and valid: the fallback is never taken.
fn histogram(digits: u8) -> Histogram<u32> {
    Histogram::new_with_bounds(1, LONGEST_US, digits).unwrap_or_else(|_| unreachable!("constant bounds are valid"))
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "at most two minutes in microseconds")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn settle(book: &mut Book, intended: Duration, latency: Duration, result: Result<(), Failure>) {
        book.settle(&Outcome { intended, lag: ms(1), latency, result });
    }

    #[test]
    fn a_window_waits_for_its_last_request_and_for_nothing_else() {
        let mut book = Book::new();
        for at in [ms(0), ms(500), ms(1_000)] {
            book.intend(at);
        }
        settle(&mut book, ms(500), ms(20), Ok(()));
        assert_eq!(book.next(ms(1_100)), None, "one request of the first second is open");
        settle(&mut book, ms(0), ms(2_000), Err(Failure::Timeout));
        let window = book.next(ms(2_000)).unwrap();
        assert_eq!((window.intended, window.ok, window.failed), (2, 1, 1));
        assert_eq!(window.reasons, BTreeMap::from([("timeout".to_owned(), 1)]));
        assert!((window.max_ms - 2_000.0).abs() < 5.0 && (window.p50_ms - 20.0).abs() < 1.0, "{window:?}");
        assert_eq!(book.next(ms(2_000)), None, "the second second waits for its own");
        assert_eq!(book.unsettled(), 1);
    }

    #[test]
    fn a_second_without_requests_is_a_window_too() {
        let mut book = Book::new();
        book.intend(ms(2_500));
        settle(&mut book, ms(2_500), ms(5), Ok(()));
        let windows: Vec<_> = std::iter::from_fn(|| book.next(ms(3_000))).collect();
        assert_eq!(windows.iter().map(|window| window.intended).collect::<Vec<_>>(), [0, 0, 1]);
        assert!(windows.windows(2).all(|pair| pair[0].to_s.total_cmp(&pair[1].from_s).is_eq()));
        assert_eq!(windows[0].success(), None);
    }

    #[test]
    fn the_last_window_ends_when_the_customers_left() {
        let mut book = Book::new();
        book.intend(ms(100));
        book.intend(ms(1_200));
        settle(&mut book, ms(100), ms(5), Ok(()));
        book.close(ms(1_300));
        assert!((book.next(ms(1_300)).unwrap().to_s - 1.0).abs() < 1e-9);
        assert_eq!(book.next(ms(1_300)), None, "its request is open");
        settle(&mut book, ms(1_200), ms(5), Err(Failure::Status(503)));
        let last = book.next(ms(1_400)).unwrap();
        assert!((last.to_s - 1.3).abs() < 1e-9);
        assert_eq!(last.reasons.get("503"), Some(&1));
        assert_eq!(book.next(ms(9_000)), None, "nothing after the end");
    }

    #[test]
    fn an_end_on_the_stroke_of_a_second_adds_no_empty_window() {
        let mut book = Book::new();
        book.intend(ms(100));
        settle(&mut book, ms(100), ms(5), Ok(()));
        book.close(ms(1_000));
        assert!(book.next(ms(1_000)).is_some());
        assert_eq!(book.next(ms(1_000)), None);
    }
}
