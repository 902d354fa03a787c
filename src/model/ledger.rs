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
