//! Leave no connection to PostgreSQL's primary.
//!
//! # Story
//! `FATAL: sorry, too many clients already`. A pool too large, a job that forgets to close, a second release beside the first.
//!
//! # Breaks
//! Sessions of an ordinary role are opened until `max_connections` is reached, or so many as asked for. They do nothing. What
//! is connected stays connected; who comes new is refused.
//!
//! # Heals
//! The sessions are closed.
//!
//! # Expiry
//! The sessions belong to droplab's process: when it dies, the kernel closes its sockets and PostgreSQL ends them. When only
//! the way between is lost, `idle_session_timeout` of each session, set to the time to live, does the same.
//!
//! # Needs
//! PostgreSQL 14 or newer, reached from this machine.
//!
//! # Seen in production
//! U. Alberta's jupiter, issue 2642 (2021): a query for each row, each on a connection of its own.

use super::{
    Context,
    parameters::{Manual, SESSION, may},
};
use crate::model::{
    fault::ExhaustConnections,
    hold::{Hold, Sessions},
    op::Recipe,
};

pub(super) const MANUAL: Manual = Manual {
    key: "exhaust-connections",
    about: "Leave no connection to PostgreSQL's primary",
    engine: "PostgreSQL",
    expiry: SESSION,
    parameters: &[may("count", "NUMBER", "How many to take; all that are left when left out")],
    example: "",
};

pub(super) fn recipe(fault: &ExhaustConnections, context: &Context) -> Result<Recipe, Vec<String>> {
    let most: u32 =
        context.facts.postgres_settings.get("max_connections").and_then(|most| most.parse().ok()).unwrap_or(0);
    if most == 0 {
        return Err(vec!["PostgreSQL's max_connections is not known: is the primary up?".to_owned()]);
    }
    let count = fault.count.unwrap_or(most);
    if !(1..=most).contains(&count) {
        return Err(vec![format!("count: expected 1 to {most}, which is PostgreSQL's max_connections")]);
    }
    Ok(context.hold(Hold::Sessions(Sessions::Idle(count))))
}
