//! Whether a call that brought no answer is made again, and after how long.
//!
//! **Invariant:** by itself a call is repeated only if it never reached the other side; a release may bring a rule of its own.

use std::time::Duration;

use crate::config::{self, ConfigError};

/// Why a call brought no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Miss {
    /// No connection: nothing was sent.
    Unsent,
    /// Sent, and not answered in time.
    Late,
    /// Answered that it cannot be done now: a status of 500 or more.
    Unavailable,
    /// Sent, and the connection broke.
    Broken,
}

/// A rule for calls that brought no answer.
#[derive(Clone, Copy)]
pub(crate) struct Retries {
    /// How often a call is made again at most.
    most: u32,
    /// How long to wait before the call is made again for so many-th time (from 1); none when this miss is final.
    pause: fn(Miss, u32) -> Option<Duration>,
}

impl Retries {
    /// A rule; the variable `PEER_RETRIES` sets another number than `most`.
    pub(crate) fn from_env(most: u32, pause: fn(Miss, u32) -> Option<Duration>) -> Result<Self, ConfigError> {
        Ok(Self { most: config::number("PEER_RETRIES", most)?, pause })
    }

    /// Twice more and a little later, if nothing was sent.
    pub(crate) fn of_what_was_not_sent() -> Result<Self, ConfigError> {
        Self::from_env(2, |miss, time| (miss == Miss::Unsent).then(|| Duration::from_millis(50) * time))
    }

    /// How long to wait before the next try after so many retries; none when there is no next one.
    pub(crate) fn next(&self, miss: Miss, retries: u32) -> Option<Duration> {
        if retries < self.most { (self.pause)(miss, retries + 1) } else { None }
    }

    #[cfg(test)]
    pub(crate) fn with(self, most: u32) -> Self {
        Self { most, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_sent_is_sent_again() {
        let rule = Retries::of_what_was_not_sent().unwrap();
        let ms = |retries| rule.next(Miss::Unsent, retries).map(|pause| pause.as_millis());
        assert_eq!([ms(0), ms(1), ms(2)], [Some(50), Some(100), None]);
        assert!([Miss::Late, Miss::Unavailable, Miss::Broken].iter().all(|miss| rule.next(*miss, 0).is_none()));
    }

    #[test]
    fn none_means_none() {
        assert_eq!(Retries::of_what_was_not_sent().unwrap().with(0).next(Miss::Unsent, 0), None);
    }
}
