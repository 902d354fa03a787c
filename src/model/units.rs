//! Units as people write them: `1200/s`, `95%`, `30s`, `-5m`.
//!
//! **Invariant**: what is printed can be read back, and a value without its unit is refused.

mod read;

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) use read::{from_text, whole};

/// Events per second, written `1200/s` (or `30/m`).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate {
    /// Events per second.
    pub per_second: f64,
}

/// A share between 0 and 1, written `95%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(
    /// From 0 to 1.
    pub f64,
);

/// A span of time, written `250ms`, `30s`, `15m` or `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span(pub Duration);

impl Span {
    /// Whether it is none.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

/// How far a clock is off, written `-5m` or `+90s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// It is earlier there than it is.
    pub earlier: bool,
    /// By how much.
    pub span: Span,
}

/// An amount of memory or disk, written `512MiB` or `3GiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(
    /// How many.
    pub u64,
);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no amount: expected a whole number and its unit, such as `512MiB` or `3GiB`");
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
        let unit = match &text[digits..] {
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(wrong()),
        };
        number.checked_mul(unit).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1 << 30) { write!(f, "{}GiB", self.0 >> 30) } else { write!(f, "{}MiB", self.0 >> 20) }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no rate: expected a number and its unit, such as `1200/s` or `30/m`");
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let number: f64 = number.trim().parse().map_err(|_| wrong())?;
        let seconds = match unit.trim() {
            "s" => 1.0,
            "m" => 60.0,
            _ => return Err(wrong()),
        };
        if !number.is_finite() || number <= 0.0 {
            return Err(format!("`{text}` is no rate: expected more than zero"));
        }
        Ok(Self { per_second: number / seconds })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.per_second >= 1.0 {
            write!(f, "{}/s", self.per_second)
        } else {
            write!(f, "{}/m", self.per_second * 60.0)
        }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no percentage: expected a number and `%`, such as `95%`");
        let number: f64 = text.strip_suffix('%').ok_or_else(wrong)?.trim().parse().map_err(|_| wrong())?;
        if !(0.0..=100.0).contains(&number) {
            return Err(format!("`{text}` is no percentage: expected 0% to 100%"));
        }
        Ok(Self(number / 100.0))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two decimals at most, and none that say nothing: 99.8%, 12%.
        let text = format!("{:.2}", self.0 * 100.0);
        write!(f, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no duration: expected a number and its unit, such as `250ms`, `30s`, `15m` or `1h`")
        };
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
        let seconds = match &text[digits..] {
            "ms" => number / 1_000.0,
            "s" => number,
            "m" => number * 60.0,
            "h" => number * 3_600.0,
            _ => return Err(wrong()),
        };
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        match millis {
            _ if !millis.is_multiple_of(1_000) => write!(f, "{millis}ms"),
            _ if !millis.is_multiple_of(60_000) || millis == 0 => write!(f, "{}s", millis / 1_000),
            _ if !millis.is_multiple_of(3_600_000) => write!(f, "{}m", millis / 60_000),
            _ => write!(f, "{}h", millis / 3_600_000),
        }
    }
}

impl FromStr for Offset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let span = text.strip_prefix(['+', '-']).and_then(|span| span.parse().ok());
        let span = span.ok_or_else(|| {
            format!("`{text}` is no offset: expected `+` or `-` and a duration, such as `-5m` or `+90s`")
        })?;
        Ok(Self { earlier: text.starts_with('-'), span })
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.earlier { '-' } else { '+' }, self.span)
    }
}

macro_rules! as_text {
    ($($name:ty, $expected:literal;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                from_text(deserializer, $expected)
            }
        }
    )*};
}
as_text! {
    Rate, "a rate such as `1200/s` or `30/m`";
    Share, "a percentage such as `95%`";
    Span, "a duration such as `250ms`, `30s`, `15m` or `1h`";
    Offset, "an offset such as `-5m` or `+90s`";
    Bytes, "an amount such as `512MiB` or `3GiB`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["1200/s", "30/m"] {
            assert_eq!(text.parse::<Rate>().map(|rate| rate.to_string()), Ok(text.to_owned()));
        }
        for text in ["99.8%", "12%", "0%", "100%"] {
            assert_eq!(text.parse::<Share>().map(|share| share.to_string()), Ok(text.to_owned()));
        }
        for text in ["250ms", "30s", "15m", "1h", "0s", "90s"] {
            assert_eq!(text.parse::<Span>().map(|span| span.to_string()), Ok(text.to_owned()));
        }
        for text in ["-5m", "+90s", "-1h", "+250ms"] {
            assert_eq!(text.parse::<Offset>().map(|offset| offset.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_value_without_its_unit_is_refused() {
        assert!("1200".parse::<Rate>().is_err());
        assert!("0/s".parse::<Rate>().is_err());
        assert!("0.95".parse::<Share>().is_err());
        assert!("101%".parse::<Share>().is_err());
        assert!("30".parse::<Span>().is_err());
        assert!("30 s".parse::<Span>().is_err());
        assert!("5m".parse::<Offset>().is_err());
        assert!("--5m".parse::<Offset>().is_err());
    }
}
