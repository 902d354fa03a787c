//! End the sessions of a role, once.
//!
//! # Story
//! A failover, a proxy that was restarted, a firewall that forgot its table: every connection is dead at the same moment.
//!
//! # Breaks
//! `pg_terminate_backend` for each session of the role on the primary. Whoever cannot connect again, or does not try, fails
//! for longer than that.
//!
//! # Heals
//! Nothing to undo: the sessions are gone, and new ones are welcome.
//!
//! # Expiry
//! None is needed: it is over as soon as it has happened.
//!
//! # Needs
//! PostgreSQL, reached from this machine.
//!
//! # Seen in production
//! Every managed PostgreSQL, at every minor upgrade.

use super::{
    Context,
    parameters::{MOMENT, Manual, may},
};
use crate::model::{
    fault::KillBackends,
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "kill-backends",
    about: "End the sessions of a role in PostgreSQL, once",
    engine: "PostgreSQL",
    expiry: MOMENT,
    parameters: &[may("role", "ROLE", "Which role; the shop's when left out")],
    example: "",
};

pub(super) fn recipe(fault: &KillBackends, _: &Context) -> Result<Recipe, Vec<String>> {
    if fault.role == "postgres" || fault.role == "replicator" {
        return Err(vec![format!(
            "role: `{}` is the server's own: ending its sessions would stop replication or droplab itself",
            fault.role
        )]);
    }
    Ok(Recipe { inject: vec![Op::KillBackends { role: fault.role.clone() }], heal: Vec::new() })
}
