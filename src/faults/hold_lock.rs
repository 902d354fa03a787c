//! Hold a table so that nobody can read or write it.
//!
//! # Story
//! A migration waits behind a report, and everybody waits behind the migration.
//!
//! # Breaks
//! A session takes the table in ACCESS EXCLUSIVE mode (PostgreSQL, *Explicit Locking*) and keeps it. Every statement on it
//! waits, and keeps its connection while it does.
//!
//! # Heals
//! The transaction is rolled back, and the queue moves on.
//!
//! # Expiry
//! The session belongs to droplab's process: when it dies, the kernel closes its socket and PostgreSQL rolls back. When only
//! the way between is lost, `idle_in_transaction_session_timeout`, set to the time to live, does the same.
//!
//! # Needs
//! PostgreSQL, reached from this machine.
//!
//! # Seen in production
//! GoCardless, 2015: a foreign key added without a lock timeout, and an API that stood still for fifteen seconds.

use super::{
    Context,
    parameters::{Manual, SESSION, must},
};
use crate::model::{
    fault::HoldLock,
    hold::{Hold, Sessions},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "hold-lock",
    about: "Hold a table so that nobody can read or write it",
    engine: "PostgreSQL",
    expiry: SESSION,
    parameters: &[must("table", "SCHEMA.TABLE", "Which table")],
    example: "--table payment.ledger",
};

pub(super) fn recipe(fault: &HoldLock, context: &Context) -> Result<Recipe, Vec<String>> {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match fault.table.split_once('.') {
        Some((schema, table)) if word(schema) && word(table) => {
            Ok(context.hold(Hold::Sessions(Sessions::Lock(fault.table.clone()))))
        }
        _ => {
            Err(vec![format!("table: `{}` is none: expected schema and table, such as `payment.ledger`", fault.table)])
        }
    }
}
