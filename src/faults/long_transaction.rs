//! Keep a transaction with a snapshot open.
//!
//! # Story
//! Somebody opened a console before lunch. Nothing is slow yet; nothing is cleaned up any more, either.
//!
//! # Breaks
//! A session begins a transaction, takes a snapshot and does nothing: vacuum cannot remove what that snapshot might still
//! see, replicas with `hot_standby_feedback` likewise, and a migration that needs the table waits.
//!
//! # Heals
//! The transaction is rolled back.
//!
//! # Expiry
//! The session belongs to droplab's process: when it dies, the kernel closes its socket and PostgreSQL rolls back. When only
//! the way between is lost, `idle_in_transaction_session_timeout`, set to the time to live, does the same.
//!
//! # Needs
//! PostgreSQL, reached from this machine.
//!
//! # Seen in production
//! Sentry, 20 July 2015, and Mailchimp's Mandrill, 4 February 2019: transaction ids that nobody could clean up in time.

use super::{
    Context,
    parameters::{Manual, SESSION},
};
use crate::model::{
    fault::LongTransaction,
    hold::{Hold, Sessions},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "long-transaction",
    about: "Keep a transaction with a snapshot open",
    engine: "PostgreSQL",
    expiry: SESSION,
    parameters: &[],
    example: "",
};

pub(super) fn recipe(_: &LongTransaction, context: &Context) -> Recipe {
    context.hold(Hold::Sessions(Sessions::Transaction))
}
