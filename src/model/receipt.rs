//! What a customer keeps of a checkout: what was bought, what it costs, and what was said about it.
//!
//! **Invariant**: written by the customers alone, outside of the shop: no repair can change it.

use super::ledger::Outcome;

/// What is known of one checkout at the customer's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The idempotency key, which is also the account that the order is for.
    pub key: String,
    /// How it ended for the customer.
    pub outcome: Outcome,
    /// The order's id, when the customer was told one.
    pub order: Option<String>,
    /// The total that the customer was shown, in cents.
    pub cents: Option<i64>,
    /// What was bought: what, and how many of it.
    pub lines: Vec<(String, u32)>,
}
