//! A condition as text: `SIGNAL OPERATOR VALUE [for SPAN]`.
//!
//! **Invariant**: what is printed reads back; what cannot be read is answered with what was expected and an example.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Condition, Operator, Signal, Value};
use crate::model::units::{Span, from_text};

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "`{text}` is no condition: {why}; expected a signal, an operator and a value, such as \
                 `payment.success < 95% for 3s`, `checkout.p95 < 300ms` or `lag >= 200`"
            )
        };
        let mut words = text.split_whitespace();
        let (Some(signal), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
            return Err(wrong("it is too short"));
        };
        let lasting = match (words.next(), words.next(), words.next()) {
            (None, ..) => Span::default(),
            (Some("for"), Some(span), None) => span.parse()?,
            _ => return Err(wrong("what follows the value is not `for` and a duration")),
        };
        let condition = Self {
            signal: signal.parse()?,
            operator: operator.parse().map_err(|why: String| wrong(&why))?,
            value: value.parse().map_err(|why: String| wrong(&why))?,
            lasting,
        };
        condition.fits().map_err(|why| wrong(&why))?;
        Ok(condition)
    }
}

impl Condition {
    /// Whether value and operator fit the signal.
    fn fits(&self) -> Result<(), String> {
        match (&self.signal, self.value, self.operator) {
            (Signal::Success(_) | Signal::Within(..), Value::Share(_), _) | (Signal::Gauge(_), ..) => Ok(()),
            (Signal::Success(_) | Signal::Within(..), ..) => Err("a share is compared with a percentage".into()),
            (Signal::Percentile(..), Value::Span(_), operator) if operator != Operator::Equal => Ok(()),
            (Signal::Percentile(..), ..) => Err("a percentile is compared with a duration by < <= > or >=".into()),
        }
    }
}

impl FromStr for Signal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no signal: expected customers and what of them, such as `payment.success`, \
                 `payment.within(300ms)`, `payment.p95` or `checkout.parcel`, or a gauge's name"
            )
        };
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let Some((name, what)) = text.split_once('.') else {
            return if is_name(text) { Ok(Self::Gauge(text.to_owned())) } else { Err(wrong()) };
        };
        if !is_name(name) {
            return Err(wrong());
        }
        let name = name.to_owned();
        if what == "success" {
            return Ok(Self::Success(name));
        }
        if let Some(bound) = what.strip_prefix("within(").and_then(|rest| rest.strip_suffix(')')) {
            return Ok(Self::Within(name, bound.parse()?));
        }
        let percentile = what.strip_prefix('p').and_then(|number| number.parse::<f64>().ok());
        match percentile {
            Some(percentile) if (1.0..100.0).contains(&percentile) => Ok(Self::Percentile(name, percentile)),
            None if is_name(what) => Ok(Self::Success(text.to_owned())),
            Some(_) | None => Err(wrong()),
        }
    }
}

impl FromStr for Operator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::More,
            ">=" => Self::AtLeast,
            "==" => Self::Equal,
            _ => return Err(format!("`{text}` is no operator (< <= > >= ==)")),
        })
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.ends_with('%') {
            return text.parse().map(Self::Share);
        }
        for (unit, bytes) in [("KiB", 1024.0), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0)] {
            if let Some(number) = text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok()) {
                return Ok(Self::Number(number * bytes));
            }
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self::Number(number)),
            _ => text
                .parse()
                .map(Self::Span)
                .map_err(|_| format!("`{text}` is no value: expected such as `95%`, `300ms`, `380` or `64MiB`")),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.signal, self.operator, self.value)?;
        if self.lasting.0.is_zero() { Ok(()) } else { write!(f, " for {}", self.lasting) }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A follow-up's probe names its customers already.
            Self::Success(probe) if probe.contains('.') => f.write_str(probe),
            Self::Success(probe) => write!(f, "{probe}.success"),
            Self::Within(probe, bound) => write!(f, "{probe}.within({bound})"),
            Self::Percentile(probe, percentile) => write!(f, "{probe}.p{percentile}"),
            Self::Gauge(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{share}"),
            Self::Span(span) => write!(f, "{span}"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, "a condition such as `payment.success < 95% for 3s`")
    }
}
