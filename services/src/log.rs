//! JSON logs on standard output, with the request's id, and bounded: trouble must not drown the process that reports it.
//!
//! **Invariant:** no request path writes more than `LINES_PER_SECOND` lines of one kind.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;

const LINES_PER_SECOND: u32 = 10;

/// Starts logging; the variable `LOG` filters.
pub(crate) fn start() {
    let filter = std::env::var("LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new("info")))
        .init();
}

/// Lets a few lines a second through and counts the rest.
pub(crate) struct Limit {
    window: Mutex<Window>,
}

struct Window {
    since: Instant,
    written: u32,
    suppressed: u64,
}

impl Limit {
    /// A limit that starts now.
    pub(crate) fn new() -> Self {
        Self { window: Mutex::new(Window { since: Instant::now(), written: 0, suppressed: 0 }) }
    }

    /// `Some(lines suppressed since the last one)` when a line may be written.
    pub(crate) fn pass(&self) -> Option<u64> {
        let mut window = self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if window.since.elapsed() >= Duration::from_secs(1) {
            window.since = Instant::now();
            window.written = 0;
        }
        if window.written == LINES_PER_SECOND {
            window.suppressed += 1;
            return None;
        }
        window.written += 1;
        Some(std::mem::take(&mut window.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_it_keeps_back() {
        let limit = Limit::new();
        assert!((0..LINES_PER_SECOND).all(|_| limit.pass() == Some(0)));
        assert_eq!((limit.pass(), limit.pass()), (None, None));
        limit.window.lock().unwrap().since = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(limit.pass(), Some(2));
    }
}
