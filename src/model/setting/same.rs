//! When two texts are one value: each server writes some values in a way of its own.
//!
//! **Invariant**: in doubt two texts are two values, but what a server is known to write otherwise never is.

use super::Setting;
use crate::model::quantity::quantity;

impl Setting {
    /// Whether two texts are one value of it.
    pub fn same(&self, one: Option<&str>, other: Option<&str>) -> bool {
        let (Some(one), Some(other)) = (one, other) else { return one == other };
        match self {
            Self::Limit { .. } => match (quantity(one), quantity(other)) {
                (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one,
                _ => one == other,
            },
            Self::Redis(_) => redis_value(one) == redis_value(other),
            // A list comes back with its parts quoted where they must be, and with spaces between them.
            Self::Postgres { .. } | Self::Role { .. } => parts(one).eq(parts(other)),
            _ => one == other,
        }
    }
}

/// As `CONFIG GET` writes what `CONFIG SET` was given: bytes without a unit, words in small letters.
fn redis_value(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("k") => 1000,
        Some("kb") => 1024,
        Some("m") => 1_000_000,
        Some("mb") => 1024 * 1024,
        Some("g") => 1_000_000_000,
        Some("gb") => 1024 * 1024 * 1024,
        _ => 1,
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.filter(|_| unit > 1).map_or_else(|| text.clone(), |bytes| bytes.to_string())
}

/// The parts of a list of PostgreSQL's, as they are meant.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(|part| part.trim().trim_matches('"'))
}
