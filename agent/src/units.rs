//! Times and shares as a person writes them: `50ms`, `2s`, `1m`; `-5m`; `5%`.
//!
//! **Invariant**: a number without its unit is refused, never guessed.

use std::time::Duration;

use crate::clock::Offset;

/// A time: a number and `us`, `ms`, `s`, `m` or `h`.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("'{text}' is no time; write it like 50ms, 2s or 1m");
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}

/// How far a clock is off: `+` or `-`, and a time.
pub(crate) fn offset(text: &str) -> Result<Offset, String> {
    let wrong = || format!("'{text}' is no offset; write it like -5m or +90s");
    let earlier = text.starts_with('-');
    let span = text.strip_prefix(['+', '-']).and_then(|span| time(span).ok()).ok_or_else(wrong)?;
    Offset::new(span, earlier).ok_or_else(wrong)
}

/// A share: a number from 0 to 100 and `%`.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').and_then(|number| number.parse().ok());
    match number {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err(format!("'{text}' is no share; write it like 5%, at most 100%")),
    }
}

/// A correlation: a share that is less than all, or nothing would ever be drawn anew.
pub(crate) fn correlation(text: &str) -> Result<f64, String> {
    let share = share(text)?;
    if share < 1.0 { Ok(share) } else { Err("a correlation is less than 100%".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_shares_have_units() {
        assert_eq!(time("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(time("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(time("1m"), Ok(Duration::from_secs(60)));
        assert_eq!(offset("-1h"), Ok(Offset { seconds: -3600, nanos: 0 }));
        for wrong in ["5m", "--5m", "+5", "-"] {
            assert!(offset(wrong).unwrap_err().contains("is no offset"), "{wrong}");
        }
        assert_eq!(share("2.5%"), Ok(0.025));
        for wrong in ["50", "ms", "-1s", "5 parsecs", "", "NaNs", "infs"] {
            assert!(time(wrong).unwrap_err().contains("is no time"), "{wrong}");
        }
        for wrong in ["5", "101%", "-1%", "NaN%", ""] {
            assert!(share(wrong).unwrap_err().contains("is no share"), "{wrong}");
        }
        assert!(correlation("100%").is_err());
    }
}
