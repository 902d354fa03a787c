//! What customers were promised, held against what the books say.
//!
//! **Invariant**: an answer that never came is neither a promise nor a refusal: it is `unanswered`.

use serde::{Deserialize, Serialize};

/// The outcome of one reconciliation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerReading {
    /// Requests that were acknowledged to a customer (2xx).
    pub acknowledged: u64,
    /// Requests without an answer (timeout, cut connection): may be in the books or not.
    pub unanswered: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Rows of this run in the books.
    pub recorded: u64,
    /// Acknowledged and not in the books: lost.
    pub lost: u64,
    /// In the books more than once for one intent: charged twice.
    pub doubled: u64,
    /// A few of the lost or doubled keys, for evidence.
    pub examples: Vec<String>,
}

/// What a customer was told about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is done: a promise.
    Acknowledged,
    /// It is not done; also everything that was never sent.
    Refused,
    /// Nothing, or nothing that the service itself said: it may be done or not.
    Unanswered,
}

/// What the customers of one kind were told in one run, by sequence number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Every idempotency key of these customers is this and the sequence number.
    pub prefix: String,
    /// By sequence number, without a gap.
    pub told: Vec<Told>,
}

impl Promises {
    /// The idempotency key of a request.
    pub fn key(&self, seq: usize) -> String {
        format!("{}{seq}", self.prefix)
    }
}

/// What the customer with this sequence number pays: a function, so that the books can be checked without a list.
pub fn amount_cents(seq: u64) -> i64 {
    // Two primes: amounts vary, stay far from any limit, and neighbours never pay the same.
    101 + i64::try_from(seq * 37 % 4_999).unwrap_or_default()
}
