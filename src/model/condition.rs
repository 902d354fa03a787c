//! The one way to say that something is so: `payment.success < 95% for 3s`.
//!
//! Borrowed from k6's thresholds (a metric, an operator, a value) and from Prometheus' alert rules (`for`). The page, the
//! symptom, the bystanders, `recovers`, `stays`, steps that wait and hints all use it.
//!
//! **Invariant**: what is printed reads back as the same condition; nothing here knows a scenario or a timeline.

mod text;

use super::units::{Share, Span};

/// Of a share, the fewest requests from which it is read at all.
pub const FEWEST_REQUESTS: u64 = 100;

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// The share of a probe's requests that were answered as promised: `payment.success`; of a follow-up, the share of
    /// promises that were kept: `checkout.parcel`.
    Success(String),
    /// The share of these customers' requests that were answered within a bound: `payment.within(300ms)`.
    Within(String, Span),
    /// A percentile of these customers' latency: `payment.p95`. It is below a bound when that share was answered within it.
    Percentile(String, f64),
    /// A gauge that the scenario declares: `pool-waiting`.
    Gauge(String),
}

/// How a signal is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the signs are the whole meaning")]
pub enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
}

/// A value, in base units (seconds, bytes, a share from 0 to 1), with the unit that it was written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `95%`
    Share(Share),
    /// `300ms`, in seconds.
    Span(Span),
    /// `380`, or `64MiB` in bytes.
    Number(f64),
}

/// A signal, an operator, a value, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is measured.
    pub signal: Signal,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub value: Value,
    /// For how long; zero is: at once.
    pub lasting: Span,
}

/// What a condition comes down to when it is evaluated: a share of a probe's requests, or a gauge's readings.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure<'a> {
    /// Of a probe's requests, those that were answered as promised, or those within a bound.
    Share {
        /// Which probe.
        probe: &'a str,
        /// Within this; `None` counts whatever was answered as promised.
        within: Option<Span>,
    },
    /// A gauge's value.
    Gauge(&'a str),
}

impl Condition {
    /// What is to be measured, how it is compared, and with what number.
    ///
    /// A percentile becomes the share that was answered within its bound: `p95 < 300ms` is `within(300ms) >= 95%`. Shares can
    /// be added up over any window; percentiles cannot.
    pub fn measure(&self) -> (Measure<'_>, Operator, f64) {
        let number = self.value.number();
        match &self.signal {
            Signal::Success(probe) => (Measure::Share { probe, within: None }, self.operator, number),
            Signal::Within(probe, bound) => (Measure::Share { probe, within: Some(*bound) }, self.operator, number),
            Signal::Percentile(probe, percentile) => {
                let operator = if self.operator.is_upper() { Operator::AtLeast } else { Operator::Less };
                let bound = match self.value {
                    Value::Span(bound) => bound,
                    Value::Share(_) | Value::Number(_) => Span::default(),
                };
                (Measure::Share { probe, within: Some(bound) }, operator, percentile / 100.0)
            }
            Signal::Gauge(name) => (Measure::Gauge(name), self.operator, number),
        }
    }

    /// The probe whose requests are measured; `None` for a gauge.
    pub fn probe(&self) -> Option<&str> {
        match &self.signal {
            Signal::Success(probe) | Signal::Within(probe, _) | Signal::Percentile(probe, _) => Some(probe),
            Signal::Gauge(_) => None,
        }
    }

    /// The bound of a latency, which the customers must count.
    pub fn bound(&self) -> Option<Span> {
        match self.measure().0 {
            Measure::Share { within, .. } => within,
            Measure::Gauge(_) => None,
        }
    }

    /// A measured value in the unit that the condition is written in.
    pub fn said(&self, value: f64) -> String {
        match self.measure().0 {
            Measure::Share { .. } => percent(value),
            Measure::Gauge(_) => match self.value {
                Value::Share(_) => percent(value),
                Value::Span(_) => format!("{:.0}ms", value * 1_000.0),
                Value::Number(_) => format!("{}", (value * 100.0).round() / 100.0),
            },
        }
    }

    /// How many requests a share is read over at least: a hundred, and enough that one failure alone cannot miss the goal.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of at least 0.01 % is far below 2^52"
    )]
    pub fn fewest(&self) -> u64 {
        let (_, operator, value) = self.measure();
        let room = 1.0 - value;
        if matches!(operator, Operator::More | Operator::AtLeast) && room > 1e-4 {
            FEWEST_REQUESTS.max((1.0 / room - 1e-9).ceil() as u64)
        } else {
            FEWEST_REQUESTS
        }
    }
}

impl Operator {
    /// Whether a value satisfies it.
    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Less => value < threshold,
            Self::AtMost => value <= threshold,
            Self::More => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Equal => (value - threshold).abs() < 1e-9,
        }
    }

    /// Whether it bounds from above.
    pub fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::AtMost)
    }
}

impl Value {
    /// In base units.
    pub fn number(self) -> f64 {
        match self {
            Self::Share(share) => share.0,
            Self::Span(span) => span.0.as_secs_f64(),
            Self::Number(number) => number,
        }
    }
}

/// A share as people read it: never rounded up to a goal that was not reached, 99.796 % is not 99.8 %.
pub fn percent(share: f64) -> String {
    let floored = (share * 10_000.0 + 1e-6).floor() / 100.0;
    let text = format!("{floored:.2}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Condition {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in [
            "payment.success < 95% for 3s",
            "checkout.within(300ms) >= 99.5%",
            "checkout.p95 < 300ms for 1m",
            "checkout.parcel >= 99%",
            "pool-waiting >= 380",
            "lookup > 250ms",
        ] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("memory > 64MiB").value.number().to_bits(), 67_108_864.0_f64.to_bits());
    }

    #[test]
    fn a_percentile_is_the_share_within_its_bound() {
        let bound: Span = "300ms".parse().unwrap();
        let share = |within| Measure::Share { probe: "checkout", within };
        assert_eq!(read("checkout.p95 < 300ms").measure(), (share(Some(bound)), Operator::AtLeast, 0.95));
        assert_eq!(read("checkout.p95 > 300ms").measure(), (share(Some(bound)), Operator::Less, 0.95));
        assert_eq!(read("checkout.success > 9%").measure(), (share(None), Operator::More, 0.09));
    }

    #[test]
    fn a_high_goal_is_read_over_enough_requests() {
        assert_eq!(read("payment.success >= 99.8%").fewest(), 500);
        assert_eq!(read("payment.success >= 95%").fewest(), 100);
        assert_eq!(read("payment.success < 99.8%").fewest(), 100);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_was_expected() {
        for text in [
            "",
            "payment",
            "payment.success 95%",
            "payment.success < 300ms",
            "payment.success < 95% during 3s",
            "checkout.p95 < 95%",
            "checkout.p120 < 3s",
            "Payment.success < 95%",
            "payment.success =< 95%",
            "a.b.c < 95%",
            "payment.within() > 9%",
            "lag > many",
            "payment.success < 95% for 3",
        ] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
        let said = "payment.success below 95%".parse::<Condition>().unwrap_err();
        assert!(said.contains("`below` is no operator") && said.contains("payment.success < 95% for 3s"), "{said}");
    }
}
