//! Reads the environment into typed values.
//!
//! **Invariant:** a missing or malformed variable is an error that names it; nothing is guessed.

use std::str::FromStr;
use std::time::Duration;

/// Why a process cannot start as it is configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A required variable is not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// A variable is set to something that cannot be read.
    #[error("{name} is `{value}`, which is not {expected}")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// Something that does not depend on the environment could not be set up.
    #[error("cannot set up {0}")]
    Setup(String),
}

/// The value of a variable that has no default.
pub(crate) fn required(name: &'static str) -> Result<String, ConfigError> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name))
}

/// The value of a variable, or its default.
pub(crate) fn text(name: &'static str, default: &str) -> String {
    required(name).unwrap_or_else(|_| default.to_owned())
}

/// A whole number, or its default.
pub(crate) fn number<N: FromStr>(name: &'static str, default: N) -> Result<N, ConfigError> {
    Ok(number_if_set(name)?.unwrap_or(default))
}

/// A whole number, or nothing where the variable is not set.
pub(crate) fn number_if_set<N: FromStr>(name: &'static str) -> Result<Option<N>, ConfigError> {
    let Ok(value) = required(name) else { return Ok(None) };
    let number = value.parse().map_err(|_| ConfigError::Malformed { name, value, expected: "a whole number" })?;
    Ok(Some(number))
}

/// A duration in milliseconds, or its default.
pub(crate) fn millis(name: &'static str, default: u64) -> Result<Duration, ConfigError> {
    number(name, default).map(Duration::from_millis)
}
