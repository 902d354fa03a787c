//! Counts a request for as long as it is being answered.
//!
//! **Invariant:** a request whose caller left, which is dropped in the middle, is counted no longer than one that was answered.

use prometheus::IntGauge;

/// One request, counted until this is dropped.
pub(crate) struct InFlight<'a>(&'a IntGauge);

impl<'a> InFlight<'a> {
    /// Counts a request that begins.
    pub(crate) fn new(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }

    /// Whether this request is one too many.
    pub(crate) fn more_than(&self, most: Option<i64>) -> bool {
        most.is_some_and(|most| self.0.get() > most)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn a_request_whose_caller_left_is_in_flight_no_more() {
        let gauge = IntGauge::new("in_flight", "in flight").unwrap();
        let mut request = Box::pin(async {
            let _counted = InFlight::new(&gauge);
            std::future::pending::<()>().await;
        });
        assert!(request.as_mut().now_or_never().is_none());
        assert_eq!(gauge.get(), 1);
        drop(request);
        assert_eq!(gauge.get(), 0);
    }

    #[test]
    fn one_too_many_is_refused_and_without_a_limit_none_is() {
        let gauge = IntGauge::new("in_flight", "in flight").unwrap();
        let (one, other) = (InFlight::new(&gauge), InFlight::new(&gauge));
        assert!(!one.more_than(None) && !one.more_than(Some(2)) && other.more_than(Some(1)));
    }
}
