//! What customers were told, kept for whoever reconciles.
//!
//! **Invariant**: by sequence number; what was told stays told, whatever becomes of the customers' thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{ledger::Outcome, receipt::Receipt};

/// What customers were told; shared with whoever reconciles.
#[derive(Clone, Default)]
pub(super) struct Answers {
    /// By sequence number.
    pub(super) outcomes: Arc<Mutex<Vec<Outcome>>>,
    /// What those who check out keep.
    pub(super) receipts: Arc<Mutex<Vec<Receipt>>>,
}

/// A customer's thread that panicked has already failed; what was told stays told.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
