//! When each request is meant to be sent.
//!
//! **Invariant**: the time of a request depends on its number and the rate alone, never on what became of the ones before.

use std::time::Duration;

use crate::model::units::{Rate, Span};

/// Over how many seconds a crowd arrives: a shop that rests opens its connections one after the other, as it does in life, and
/// not all of them in the same moment.
const ARRIVAL_S: f64 = 3.0;
/// From this many a second on, customers are a crowd.
const CROWD: f64 = 400.0;

/// Evenly spaced requests from the run's zero on, without end; a crowd's rate rises evenly until it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    rate: Rate,
    ramp_s: f64,
}

impl Schedule {
    /// So many a second, arriving as such a number does.
    pub fn new(rate: Rate) -> Self {
        Self { rate, ramp_s: if rate.per_second < CROWD { 0.0 } else { ARRIVAL_S } }
    }

    /// The same, arriving over so long.
    #[must_use]
    pub fn over(self, ramp: Option<Span>) -> Self {
        Self { ramp_s: ramp.map_or(self.ramp_s, |ramp| ramp.0.as_secs_f64()), ..self }
    }

    /// When the request with this number is due, counted from the run's zero.
    #[expect(clippy::cast_precision_loss, reason = "sequence numbers of a run stay far below 2^52")]
    pub fn intended(self, seq: u64) -> Duration {
        let (number, rate, ramp_s) = (seq as f64, self.rate.per_second, self.ramp_s);
        // The area under a rate that rises evenly is half of what it would be at the full rate.
        let arrived = rate * ramp_s / 2.0;
        let at_s =
            if number < arrived { (2.0 * ramp_s * number / rate).sqrt() } else { ramp_s + (number - arrived) / rate };
        Duration::from_secs_f64(at_s)
    }

    /// The most requests that may wait for an answer at once: a tenth more than a shop can hold that answers nothing.
    /// What exceeds it shows that the generator itself lags. No more than that, because the engine's port forwarder spends
    /// six files on each connection, and gives its port up for good when it has none left.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates and timeouts are positive and small"
    )]
    pub fn most_open(self, timeout: Duration) -> usize {
        (self.rate.per_second * timeout.as_secs_f64() * 1.1).ceil().max(16.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schedule(text: &str) -> Schedule {
        Schedule::new(text.parse().unwrap())
    }

    #[test]
    fn every_second_holds_its_share() {
        let schedule = schedule("1200/s");
        assert_eq!(schedule.intended(0), Duration::ZERO);
        // 200 in the first second, 600 in the next, 1,000 in the third, and then all of them.
        assert_eq!(schedule.intended(200), Duration::from_secs(1));
        assert_eq!(schedule.intended(1_800), Duration::from_secs(3));
        assert_eq!(schedule.intended(3_000), Duration::from_secs(4));
        assert!(schedule.intended(2_999) < Duration::from_secs(4));
    }

    #[test]
    fn a_ramp_that_is_asked_for_is_kept() {
        let slow = schedule("100/s").over(Some(Span(Duration::from_secs(10))));
        // Half of what ten seconds at the full rate would have had.
        assert_eq!(slow.intended(500), Duration::from_secs(10));
        assert_eq!(slow.intended(600), Duration::from_secs(11));
    }

    #[test]
    fn a_rate_below_one_a_second_has_empty_seconds() {
        assert_eq!(schedule("30/m").intended(3), Duration::from_secs(6));
    }

    #[test]
    fn more_may_be_open_than_a_silent_shop_can_hold() {
        assert_eq!(schedule("1200/s").most_open(Duration::from_secs(2)), 2_640);
        assert_eq!(schedule("1/s").most_open(Duration::from_secs(1)), 16);
    }

    proptest! {
        #[test]
        fn time_never_runs_backwards(per_second in 0.1_f64..5_000.0, seq in 0_u64..10_000_000) {
            let schedule = Schedule::new(Rate { per_second });
            prop_assert!(schedule.intended(seq) < schedule.intended(seq + 1));
        }
    }
}
