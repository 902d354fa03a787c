//! Rows that a fault changes: copied into the lab's folder before, changed in one transaction, brought back by the heal.
//!
//! **Invariant**: nothing is changed before the copy is whole; a transaction that has changed more than the tables that were copied
//! is rolled back; whether it was committed is asked of PostgreSQL, so that it is done once and undone only if it was done.

mod copy;
mod reach;

use crate::lab::{
    Lab,
    error::LabError,
    look::primary::{Primary, quoted, refused},
    state::State,
};

/// The number of the transaction, written before it is committed.
const TRANSACTION: &str = "transaction";
/// The copy is whole.
const WHOLE: &str = "whole";

/// Nothing waits for ever: not for locks, not for a statement.
const BOUNDS: &str = "set local lock_timeout = '10s'; set local statement_timeout = '25s'";

/// What became of a transaction.
enum Outcome {
    /// It was never begun, or rolled back.
    Nothing,
    /// Its rows are there.
    Done,
    /// Somebody is still about it.
    UnderWay,
}

impl Lab {
    /// Why these tables cannot be copied and brought back, if they cannot.
    pub(super) async fn cannot_keep(&self, tables: &[String]) -> Result<Option<String>, LabError> {
        reach::refusal(&self.primary().await?, tables).await
    }

    /// Copy tables into the lab's folder; a copy that is whole stays as it is.
    pub(super) async fn keep_tables(&self, id: &str, tables: &[String]) -> Result<(), LabError> {
        if self.state.read(&State::kept_file(id, WHOLE))?.is_some() {
            return Ok(());
        }
        self.state.forget_kept(id)?;
        let primary = self.primary().await?;
        if let Some(why) = reach::refusal(&primary, tables).await? {
            return Err(refused(why));
        }
        let definition = self.definition(tables).await?;
        self.state.write(&State::kept_file(id, copy::DEFINITION), &definition)?;
        self.copy_out(&primary, id, tables).await?;
        self.state.write(&State::kept_file(id, WHOLE), "")
    }

    /// Change them: once, and nothing else.
    pub(super) async fn change_data(&self, id: &str, role: &str, sql: &str, tables: &[String]) -> Result<(), LabError> {
        self.keep_tables(id, tables).await?;
        let primary = self.primary().await?;
        match self.outcome(&primary, id).await? {
            Outcome::Done => return Ok(()),
            Outcome::UnderWay => return Err(refused("the same change is still under way".to_owned())),
            Outcome::Nothing => {}
        }
        let (outer, inner) = (format!("$outer_{id}$"), format!("$inner_{id}$"));
        if sql.contains(&outer) || sql.contains(&inner) {
            return Err(refused("the statement holds its own end".to_owned()));
        }
        primary.run(&format!("begin; {BOUNDS}")).await?;
        let before = reach::relations(&primary, tables).await?;
        // Inside of a block, so that it cannot end the transaction that it is watched in.
        let block = format!("do {outer} begin execute {inner}{sql}{inner}; end {outer}");
        primary.run(&format!("set local role {}; {block}; set local role none", quoted(role, '"'))).await?;
        let beyond = reach::beyond(&primary, tables, &before).await?;
        if !beyond.is_empty() {
            primary.run("rollback").await?;
            let why =
                format!("it changes {} as well: list them among the tables, or leave them alone", beyond.join(", "));
            return Err(refused(why));
        }
        let rows = primary.rows("select coalesce(pg_current_xact_id_if_assigned()::text, '')", &[]).await?;
        let transaction: String = rows.first().map(|row| row.get(0)).unwrap_or_default();
        self.state.write(&State::kept_file(id, TRANSACTION), &transaction)?;
        primary.run("commit").await
    }

    /// Bring them back as they were copied; nothing to bring back is fine.
    pub(super) async fn restore_tables(&self, id: &str, tables: &[String]) -> Result<(), LabError> {
        if self.state.read(&State::kept_file(id, TRANSACTION))?.is_some_and(|transaction| !transaction.is_empty()) {
            let primary = self.primary().await?;
            match self.outcome(&primary, id).await? {
                Outcome::Nothing => {}
                Outcome::Done => self.copy_in(&primary, id, tables).await?,
                Outcome::UnderWay => return Err(refused("the change is still under way".to_owned())),
            }
        }
        self.state.forget_kept(id)
    }

    async fn outcome(&self, primary: &Primary, id: &str) -> Result<Outcome, LabError> {
        let Some(transaction) = self.state.read(&State::kept_file(id, TRANSACTION))?.filter(|text| !text.is_empty())
        else {
            return Ok(Outcome::Nothing);
        };
        let rows = primary.rows("select pg_xact_status($1::text::xid8)", &[&transaction]).await?;
        let status: Option<String> = rows.first().and_then(|row| row.get(0));
        Ok(match status.as_deref() {
            Some("aborted") => Outcome::Nothing,
            Some("in progress") => Outcome::UnderWay,
            // So long ago that PostgreSQL has forgotten: what was rolled back would have been healed at once.
            _ => Outcome::Done,
        })
    }
}
