//! Change rows or tables by a statement.
//!
//! # Story
//! An update without its `where`. It took 40 ms, it said `UPDATE 48213`, and it committed.
//!
//! # Breaks
//! The statements run in one transaction on PostgreSQL's primary, as the role `as`, and are committed. They may do what a person
//! with that role may do to the tables that are listed, dropping them included, and to nothing else: when any other relation or
//! catalogue was changed, everything is rolled back and the fault is refused.
//!
//! # Heals
//! Before the blow, each listed table is copied out of PostgreSQL into the lab's folder: its definition with constraints, indexes
//! and grants, its rows, the values of its sequences. Nothing of that is seen in the cluster. The heal brings back exactly these:
//! what was written into the listed tables afterwards, by customers or by the person who repaired them, is gone then. A run has
//! been judged by that time.
//!
//! # Expiry
//! None: the rows are the person's, and a change that reverts itself would be no change. The copy waits in the lab's folder, and
//! `droplab heal` brings it back from another process.
//!
//! # Needs
//! PostgreSQL reached from this machine, a pod of its primary with `pg_dump`; tables of 200 MB at most, to which no table or view
//! refers that is not listed with them.
//!
//! # Seen in production
//! Resend, 21 February 2024: a migration meant for another database dropped every table; twelve hours from a backup.

use super::{
    Context,
    context::or_none,
    parameters::{COPY, Manual, may, must},
};
use crate::model::{
    fault::ChangeData,
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "change-data",
    about: "Change rows or tables by a statement",
    engine: "PostgreSQL",
    expiry: COPY,
    parameters: &[
        must("sql", "SQL", "One statement or several, run in one transaction on the primary"),
        must("tables", "SCHEMA.TABLE,…", "The tables that it changes, all of them"),
        may("as", "ROLE", "The role that runs it; the owner of the first table when left out"),
    ],
    example: r#"--sql "update catalog.products set name = 'tea'" --tables catalog.products"#,
};

pub(super) fn recipe(fault: &ChangeData, context: &Context) -> Result<Recipe, Vec<String>> {
    let (settings, tables) = (&context.facts.settings, &fault.tables.0);
    let mut refusals = Vec::new();
    if fault.sql.trim().is_empty() {
        refusals.push("sql: is empty".to_owned());
    }
    for table in tables.iter().filter(|table| !settings.tables.contains_key(*table)) {
        let known: Vec<_> = settings.tables.keys().map(String::as_str).collect();
        refusals.push(format!("tables: there is no `{table}`; this lab has {}", or_none(&known)));
    }
    let owner = tables.first().and_then(|table| settings.tables.get(table)).map(|table| &table.owner);
    let role = fault.role.as_ref().or(owner);
    if let Some(role) = role.filter(|role| !settings.roles.contains_key(*role)) {
        let known: Vec<_> = settings.roles.keys().map(String::as_str).collect();
        refusals.push(format!("as: there is no role `{role}`; this lab has {}", or_none(&known)));
    }
    let (Some(role), true) = (role, refusals.is_empty()) else { return Err(refusals) };
    let (id, tables) = (context.id.clone(), tables.clone());
    let change = Op::ChangeData { id: id.clone(), role: role.clone(), sql: fault.sql.clone(), tables: tables.clone() };
    Ok(Recipe { inject: vec![change], heal: vec![Op::RestoreTables { id, tables }] })
}
