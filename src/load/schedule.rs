//! When each request is meant to be sent.
//!
//! **Invariant**: the time of a request depends on its number and the rates alone, never on what became of the ones before.

use std::time::Duration;

use crate::model::{
    customers::{Customers, Stage},
    units::{Rate, Span},
};

/// Over how many seconds a crowd arrives: a shop that rests opens its connections one after the other, as it does in life, and
/// not all of them in the same moment.
const ARRIVAL_S: f64 = 3.0;
/// From this many a second on, customers are a crowd.
const CROWD: f64 = 400.0;

/// A time in which the rate changes evenly from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    from_s: f64,
    lasts_s: f64,
    from_rate: f64,
    to_rate: f64,
    /// Requests before it.
    before: f64,
}

impl Part {
    /// How many fall into it.
    fn requests(&self) -> f64 {
        f64::midpoint(self.from_rate, self.to_rate) * self.lasts_s
    }

    /// When so many of its requests have come: the root of `from·t + (to − from)/(2·lasts)·t² = number`.
    fn at_s(&self, number: f64) -> f64 {
        if number <= 0.0 {
            return self.from_s;
        }
        let bend = (self.to_rate - self.from_rate) / (2.0 * self.lasts_s);
        let t = if bend.abs() < 1e-12 {
            number / self.from_rate
        } else {
            let root = (self.from_rate * self.from_rate + 4.0 * bend * number).max(0.0).sqrt();
            2.0 * number / (self.from_rate + root)
        };
        self.from_s + t
    }
}

/// Requests from the run's zero on, without end: a crowd's rate rises evenly until it is whole, stages change it later.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    parts: Vec<Part>,
    peak: f64,
}

impl Schedule {
    /// So many a second, arriving as such a number does.
    pub fn new(rate: Rate) -> Self {
        Self::over(rate, None)
    }

    /// The same, arriving over so long.
    pub fn over(rate: Rate, ramp: Option<Span>) -> Self {
        let crowd_s = if rate.per_second < CROWD { 0.0 } else { ARRIVAL_S };
        let ramp_s = ramp.map_or(crowd_s, |ramp| ramp.0.as_secs_f64());
        let mut schedule = Self { parts: Vec::new(), peak: rate.per_second };
        if ramp_s > 0.0 {
            schedule.push(0.0, ramp_s, 0.0, rate.per_second);
        }
        schedule.push(ramp_s, f64::MAX, rate.per_second, rate.per_second);
        schedule
    }

    /// As these customers come, when the baseline ends so long after the run's zero.
    pub fn of(customers: &Customers, baseline: Span) -> Self {
        let mut schedule = Self::over(customers.rate, customers.ramp);
        for Stage { at, to, over } in &customers.stages {
            let from_s = (baseline.0 + at.0).as_secs_f64();
            schedule.change(from_s, over.0.as_secs_f64(), to.per_second);
        }
        schedule
    }

    fn push(&mut self, from_s: f64, lasts_s: f64, from_rate: f64, to_rate: f64) {
        let before = self.parts.last().map_or(0.0, |last| last.before + last.requests());
        self.parts.push(Part { from_s, lasts_s, from_rate, to_rate, before });
        self.peak = self.peak.max(to_rate);
    }

    /// From a moment on another rate. Before the end of the stage before it, it waits for that.
    fn change(&mut self, from_s: f64, over_s: f64, to_rate: f64) {
        let Some(last) = self.parts.last_mut() else { return };
        let (from_s, from_rate) = (from_s.max(last.from_s), last.to_rate);
        last.lasts_s = from_s - last.from_s;
        if last.lasts_s <= 0.0 {
            self.parts.pop();
        }
        let over_s = over_s.max(1e-3);
        self.push(from_s, over_s, from_rate, to_rate);
        self.push(from_s + over_s, f64::MAX, to_rate, to_rate);
    }

    /// When the request with this number is due, counted from the run's zero.
    #[expect(clippy::cast_precision_loss, reason = "sequence numbers of a run stay far below 2^52")]
    pub fn intended(&self, seq: u64) -> Duration {
        let number = seq as f64;
        let part = self.parts.iter().rev().find(|part| number >= part.before - 1e-9).or_else(|| self.parts.first());
        let at_s = part.map_or(0.0, |part| part.at_s((number - part.before).max(0.0)));
        Duration::try_from_secs_f64(at_s).unwrap_or(Duration::MAX)
    }

    /// The most requests that may wait for an answer at once: a tenth more than a shop can hold that answers nothing.
    /// What exceeds it shows that the generator itself lags. No more than that, because the engine's port forwarder spends
    /// six files on each connection, and gives its port up for good when it has none left.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates and timeouts are positive and small"
    )]
    pub fn most_open(&self, patience: Duration) -> usize {
        (self.peak * patience.as_secs_f64() * 1.1 - 1e-6).ceil().max(16.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::customers::Journey;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn at_ms(schedule: &Schedule, number: u64) -> u128 {
        (schedule.intended(number) + Duration::from_micros(500)).as_millis()
    }

    #[test]
    fn every_second_holds_its_share() {
        let schedule = Schedule::new(rate("1200/s"));
        assert_eq!(schedule.intended(0), Duration::ZERO);
        // 200 in the first second, 600 in the next, 1,000 in the third, and then all of them.
        assert_eq!([200, 1_800, 3_000].map(|number| at_ms(&schedule, number)), [1_000, 3_000, 4_000]);
        assert!(schedule.intended(2_999) < Duration::from_secs(4));
    }

    #[test]
    fn a_ramp_that_is_asked_for_is_kept() {
        let slow = Schedule::over(rate("100/s"), Some(Span(Duration::from_secs(10))));
        // Half of what ten seconds at the full rate would have had.
        assert_eq!(slow.intended(500), Duration::from_secs(10));
        assert_eq!(slow.intended(600), Duration::from_secs(11));
    }

    #[test]
    fn ten_times_as_many_come_in_a_minute() {
        let mut customers = Customers::new(Journey::Browse, rate("10/s"));
        let span = |s| Span(Duration::from_secs(s));
        customers.stages = vec![Stage { at: span(10), to: rate("100/s"), over: span(60) }];
        let schedule = Schedule::of(&customers, span(10));
        // As before until then; the ramp's area is 55 a second for a minute.
        let numbers = [200, 200 + 3_300, 200 + 3_300 + 1_000];
        assert_eq!(numbers.map(|number| at_ms(&schedule, number)), [20_000, 80_000, 90_000]);
        assert_eq!(schedule.most_open(Duration::from_secs(2)), 220, "as many as come at the peak");
    }

    #[test]
    fn a_rate_below_one_a_second_has_empty_seconds() {
        assert_eq!(Schedule::new(rate("30/m")).intended(3), Duration::from_secs(6));
    }

    #[test]
    fn more_may_be_open_than_a_silent_shop_can_hold() {
        assert_eq!(Schedule::new(rate("1200/s")).most_open(Duration::from_secs(2)), 2_640);
        assert_eq!(Schedule::new(rate("1/s")).most_open(Duration::from_secs(1)), 16);
    }

    proptest! {
        #[test]
        fn time_never_runs_backwards(per_second in 0.1_f64..5_000.0, to in 0.1_f64..5_000.0, seq in 0_u64..1_000_000) {
            let mut customers = Customers::new(Journey::Browse, Rate { per_second });
            customers.stages = vec![Stage {
                at: Span(Duration::from_secs(5)),
                to: Rate { per_second: to },
                over: Span(Duration::from_mins(1)),
            }];
            let schedule = Schedule::of(&customers, Span(Duration::from_secs(3)));
            prop_assert!(schedule.intended(seq) <= schedule.intended(seq + 1));
        }
    }
}
