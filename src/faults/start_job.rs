//! Run a job of Kubernetes', as a colleague would.
//!
//! # Story
//! A cleanup that somebody started and nobody announced: a table that is gone, a slot that nobody reads, a transaction that
//! was left open. It is all there to be found: the job, its log, its session, its name.
//!
//! # Breaks
//! A Job with this name runs once in the shop's namespace, from an image that the lab has: statements for PostgreSQL's primary
//! (`sql`, each by itself, as psql reads them, so `\! sleep 600` keeps a session open), or a script (`sh`) with the tools of its
//! image. `as` is the role by which it reaches PostgreSQL; Redis' password and Kafka's address are in its environment.
//!
//! # Heals
//! The Job is deleted, its pods with it, and its sessions in PostgreSQL are ended. What it has written stays written: name the
//! tables with `change-data`, or let the scenario ask for a snapshot.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one: the job is the person's to stop. The way back is in the
//! journal, and `droplab heal` plays it from another process.
//!
//! # Needs
//! An image of the lab's in every node; a role whose password is in the Secret `postgres`; no job of that name.
//!
//! # Seen in production
//! GitLab, 31 January 2017: a folder removed by hand on the wrong server, and the traces of it in a shell's history.

use super::{
    Context,
    context::or_none,
    parameters::{Manual, NONE, may, must},
};
use crate::model::{
    fault::StartJob,
    job::{Job, Script},
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "start-job",
    about: "Run a job of Kubernetes', as a colleague would",
    engine: "Kubernetes",
    expiry: NONE,
    parameters: &[
        must("name", "NAME", "The job's name, which is its sessions' as well"),
        must("image", "postgres|kafka|redis|shop", "With whose tools it works"),
        may("sql", "SQL", "Statements for PostgreSQL's primary, as psql reads them"),
        may("sh", "SCRIPT", "Or a script"),
        may("as", "ROLE", "The role by which it reaches PostgreSQL; shop when left out"),
    ],
    example: r#"--name orders-report --image postgres --sql "begin; select count(*) from orders.orders; \! sleep 600""#,
};

pub(super) fn recipe(fault: &StartJob, context: &Context) -> Result<Recipe, Vec<String>> {
    let (name, settings) = (&fault.name, &context.facts.settings);
    let mut refusals = Vec::new();
    let letters =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !letters(name) || !(1..=40).contains(&name.len()) || name.starts_with('-') || name.ends_with('-') {
        refusals.push(format!("name: `{name}`: expected lower-case letters, digits and `-`, 40 at most"));
    }
    if settings.jobs.contains_key(name) || context.facts.deployments.contains_key(name) {
        refusals.push(format!("name: there is a `{name}` already"));
    }
    if !settings.passwords.contains_key(&fault.role) {
        let known: Vec<_> = settings.passwords.keys().map(String::as_str).collect();
        let known = or_none(&known);
        refusals.push(format!(
            "as: the Secret `postgres` has no password of role `{}`; it has those of {known}",
            fault.role
        ));
    }
    let held = context.facts.images.iter().map(|image| image.strip_prefix("docker.io/").unwrap_or(image));
    // Of several releases the first one: the others are other faults'.
    let image = held.filter(|image| image.rsplit_once(':').is_some_and(|(of, _)| of == fault.image.image())).min();
    if image.is_none() {
        refusals.push(format!("image: no node of the lab holds {}", fault.image.image()));
    }
    let script = match (&fault.sql, &fault.sh) {
        (Some(sql), None) if !sql.trim().is_empty() => Some(Script::Sql(sql.clone())),
        (None, Some(script)) if !script.trim().is_empty() => Some(Script::Sh(script.clone())),
        _ => None,
    };
    let tools = fault.image;
    if matches!((&script, tools), (Some(Script::Sql(_)), other) if other != crate::model::job::Tools::Postgres) {
        refusals.push("image: psql is in postgres alone".to_owned());
    }
    match (image, script) {
        (Some(image), Some(script)) if refusals.is_empty() => {
            let job = Job { name: name.clone(), image: image.to_owned(), tools, role: fault.role.clone(), script };
            Ok(Recipe { inject: vec![Op::StartJob(job)], heal: vec![Op::EndJob { name: name.clone() }] })
        }
        (_, None) => {
            refusals.push("expected either sql or sh".to_owned());
            Err(refusals)
        }
        _ => Err(refusals),
    }
}
