//! Why a request failed, in the few kinds that a person tells apart.
//!
//! **Invariant**: every failure has a kind, and kinds are few: a window's reasons stay readable.

use std::fmt;

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// Another status than promised.
    Status(u16),
    /// The promised status with a body that says something else.
    Garbled,
    /// No answer in time.
    Timeout,
    /// No connection.
    Connect,
    /// The connection ended before the answer did.
    Cut,
    /// Never sent: too many requests were open.
    Overload,
    /// A promise that fell due and was not kept: a complaint.
    Broken,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Garbled => f.write_str("garbled"),
            Self::Timeout => f.write_str("timeout"),
            Self::Connect => f.write_str("connect"),
            Self::Cut => f.write_str("cut"),
            Self::Overload => f.write_str("overload"),
            Self::Broken => f.write_str("complaint"),
        }
    }
}
