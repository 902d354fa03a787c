//! The last reading of books and databases, done twice.
//!
//! **Invariant**: every reading goes to the journal, one that fails with its reason; whether two agree is for the judge. What is told
//! beside a statement is asked once, with its last reading.

use super::{
    limits,
    ports::{PortError, Sensor},
    record::Record,
};
use crate::model::{event::EventKind, holds::Holds, ledger::LedgerName};

/// Read each of the books, and ask for the counterexamples of each statement; then all of it once more.
pub(super) async fn reconcile_twice(
    ledgers: &[LedgerName],
    statements: &[Holds],
    sensor: &dyn Sensor,
    record: &mut Record<'_>,
) {
    for last in [false, true] {
        for ledger in ledgers {
            let read = limits::within(limits::RECONCILE, "reconcile the books", sensor.reconcile(*ledger)).await;
            let (reading, error) = read.map_or_else(|error| (None, Some(error.to_string())), |read| (Some(read), None));
            record.try_write(EventKind::Reconciled { ledger: *ledger, reading, error });
        }
        for holds in statements {
            let asked = ask(holds, sensor).await;
            let (rows, error) = asked.map_or_else(|error| (vec![], Some(error.to_string())), |rows| (rows, None));
            let tells = if last { told(holds, sensor).await } else { None };
            record.try_write(EventKind::Counterexamples { id: holds.id.clone(), rows, tells, error });
        }
    }
}

/// What is told beside a statement, or why that is not known.
async fn told(holds: &Holds, sensor: &dyn Sensor) -> Option<String> {
    match ask(&holds.telling()?, sensor).await {
        Ok(rows) => Holds::told(&rows),
        Err(error) => Some(format!("what it tells is not known: {error}")),
    }
}

async fn ask(holds: &Holds, sensor: &dyn Sensor) -> Result<Vec<String>, PortError> {
    limits::within(limits::COUNTEREXAMPLES, "ask for counterexamples", sensor.counterexamples(holds)).await
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Looks, journalled};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everything_is_read_twice_and_in_rounds() {
        let looks = Looks::moving(&[]);
        let statements = [Holds { tells: Some("select 0 as lost".into()), ..Holds::at_primary("paid", "select 1") }];
        let ledgers = [LedgerName::Payments, LedgerName::Orders];
        let events = journalled(async |record| reconcile_twice(&ledgers, &statements, &looks, record).await).await;
        let said: Vec<String> = events
            .iter()
            .map(|event| match event {
                EventKind::Reconciled { ledger, reading: Some(reading), error: None } => {
                    format!("{ledger} {}", reading.acknowledged)
                }
                EventKind::Counterexamples { id, rows, tells, error: None } => {
                    format!("{id} {} {}", rows.len(), tells.as_deref().unwrap_or("tells nothing"))
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(said, ["payments 1", "orders 2", "paid 1 tells nothing", "payments 3", "orders 4", "paid 1 lost 0"]);
    }
}
