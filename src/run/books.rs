//! The last reading of books and databases, done twice.
//!
//! **Invariant**: every reading goes to the journal, one that fails with its reason; whether two agree is for the judge.

use super::{limits, ports::Sensor, record::Record};
use crate::model::{event::EventKind, holds::Holds, ledger::LedgerName};

/// Read each of the books, and ask for the counterexamples of each statement; then all of it once more.
pub(super) async fn reconcile_twice(
    ledgers: &[LedgerName],
    statements: &[Holds],
    sensor: &dyn Sensor,
    record: &mut Record<'_>,
) {
    for _ in 0..2 {
        for ledger in ledgers {
            let read = limits::within(limits::RECONCILE, "reconcile the books", sensor.reconcile(*ledger)).await;
            let (reading, error) = read.map_or_else(|error| (None, Some(error.to_string())), |read| (Some(read), None));
            record.try_write(EventKind::Reconciled { ledger: *ledger, reading, error });
        }
        for holds in statements {
            let asked =
                limits::within(limits::COUNTEREXAMPLES, "ask for counterexamples", sensor.counterexamples(holds));
            let (rows, error) = asked.await.map_or_else(|error| (vec![], Some(error.to_string())), |rows| (rows, None));
            record.try_write(EventKind::Counterexamples { id: holds.id.clone(), rows, error });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Looks, journalled};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everything_is_read_twice_and_in_rounds() {
        let looks = Looks::moving(&[]);
        let statements = [Holds::at_primary("paid", "select 1")];
        let ledgers = [LedgerName::Payments, LedgerName::Orders];
        let events = journalled(async |record| reconcile_twice(&ledgers, &statements, &looks, record).await).await;
        let said: Vec<String> = events
            .iter()
            .map(|event| match event {
                EventKind::Reconciled { ledger, reading: Some(reading), error: None } => {
                    format!("{ledger} {}", reading.acknowledged)
                }
                EventKind::Counterexamples { id, rows, error: None } => format!("{id} {}", rows.len()),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(said, ["payments 1", "orders 2", "paid 1", "payments 3", "orders 4", "paid 1"]);
    }
}
