//! Holds the shop's ledger of card payments against the bank's own book.
//!
//! **Invariant**: what the ledger says was charged is held by the bank, and what it says was given back is held no more; nothing
//! else is held.

use std::collections::HashMap;

use tokio_postgres::Config;

use super::{
    DEADLINE, is_gone,
    outside::{self, Hold},
};
use crate::{
    lab::sense::{
        SenseTarget,
        postgres::{connect, explain},
    },
    model::ledger::LedgerReading,
};

/// By key as well: what was taken out of use before it was booked is for nobody's account.
const ROWS: &str = "select idempotency_key, account, amount_cents, status from payment.ledger
    where (starts_with(account, $1) or idempotency_key = any($2)) and method <> 'wallet'";

/// One card payment in the shop's ledger.
struct Row {
    key: String,
    account: String,
    cents: i64,
    status: String,
}

/// Read both for the accounts that begin like this, and hold one against the other.
pub(super) async fn read(target: &SenseTarget, accounts: &str) -> Result<LedgerReading, String> {
    let holds = outside::holds(target, accounts).await?;
    Ok(audit(&holds, &rows(&target.postgres, accounts, &holds).await?))
}

async fn rows(config: &Config, accounts: &str, holds: &[Hold]) -> Result<Vec<Row>, String> {
    let session = connect(config, DEADLINE).await?;
    if is_gone(&session.client, "payment.ledger").await.map_err(|error| explain(&error))? {
        return Ok(Vec::new());
    }
    let keys: Vec<&str> = holds.iter().map(|hold| hold.key.as_str()).collect();
    let rows = session.client.query(ROWS, &[&accounts, &keys]).await.map_err(|error| explain(&error))?;
    let row =
        |row: &tokio_postgres::Row| Row { key: row.get(0), account: row.get(1), cents: row.get(2), status: row.get(3) };
    Ok(rows.iter().map(row).collect())
}

fn audit(holds: &[Hold], rows: &[Row]) -> LedgerReading {
    let mut reading = LedgerReading { recorded: holds.len() as u64, ..LedgerReading::default() };
    let booked: HashMap<&str, &Row> = rows.iter().map(|row| (row.key.as_str(), row)).collect();
    for Hold { key, account, cents, .. } in holds.iter().filter(|hold| !hold.reversed) {
        match booked.get(key.as_str()) {
            Some(row) if row.status != "captured" => {
                reading
                    .half
                    .note(format!("{key}: {} in the ledger, and the bank still holds {cents} cents", row.status));
            }
            Some(row) if row.cents != *cents => {
                let wrong = format!("{key}: the bank holds {cents} cents, the ledger says {}", row.cents);
                reading.wrong_amount.note(wrong);
            }
            Some(row) if row.account != *account => {
                let wrong = format!("{key}: the bank holds money of {account}, the ledger says {}", row.account);
                reading.half.note(wrong);
            }
            Some(_) => {}
            None => {
                reading
                    .half
                    .note(format!("{key}: the bank holds {cents} cents of {account}, the ledger knows of none"));
            }
        }
    }
    let held: HashMap<&str, bool> = holds.iter().map(|hold| (hold.key.as_str(), !hold.reversed)).collect();
    for Row { key, status, .. } in rows {
        if status != "captured" {
            reading.refused += 1;
            continue;
        }
        reading.acknowledged += 1;
        match held.get(key.as_str()) {
            Some(true) => {}
            Some(false) => reading.lost.note(format!("{key}: charged in the ledger, and given back by the bank")),
            None => reading.lost.note(format!("{key}: charged in the ledger, and the bank knows of none")),
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(number: u8, reversed: bool) -> Hold {
        Hold { key: format!("order-{number}"), account: format!("r-{number}"), cents: 690, reversed }
    }

    fn row(number: u8, status: &str) -> Row {
        let (key, account) = (format!("order-{number}"), format!("r-{number}"));
        Row { key, account, cents: 690, status: status.into() }
    }

    fn broken(holds: &[Hold], rows: &[Row]) -> Vec<(&'static str, String)> {
        let reading = audit(holds, rows);
        let found = reading.breaches().into_iter().filter(|(_, breach)| !breach.is_none());
        found.map(|(what, breach)| (what, breach.examples.join("; "))).collect()
    }

    #[test]
    fn what_is_charged_is_held_and_what_was_given_back_is_not() {
        let rows = [row(1, "captured"), row(2, "refunded"), row(3, "voided"), row(4, "voided")];
        let holds = [hold(1, false), hold(2, true), hold(3, true)];
        assert_eq!(broken(&holds, &rows), []);
        let reading = audit(&holds, &rows);
        assert_eq!((reading.acknowledged, reading.refused, reading.recorded), (1, 3, 3));
    }

    /// A row that somebody has rewritten gives nobody his money.
    #[test]
    fn a_refund_on_paper_is_left_half_done() {
        let (what, example) = broken(&[hold(1, false)], &[row(1, "refunded")]).remove(0);
        assert_eq!(what, "left half done");
        assert_eq!(example, "order-1: refunded in the ledger, and the bank still holds 690 cents");
        let (what, example) = broken(&[hold(1, false)], &[]).remove(0);
        assert_eq!(what, "left half done");
        assert!(example.contains("of r-1, the ledger knows of none"), "{example}");
    }

    #[test]
    fn money_that_never_came_or_went_back_is_lost() {
        for holds in [vec![], vec![hold(1, true)]] {
            assert_eq!(broken(&holds, &[row(1, "captured")])[0].0, "lost");
        }
    }

    /// With each of two charges in another name, nobody has paid twice by the ledger.
    #[test]
    fn a_charge_in_another_name_is_left_half_done() {
        let renamed = Row { account: "r-1x".into(), ..row(1, "captured") };
        let (what, example) = broken(&[hold(1, false)], &[renamed]).remove(0);
        assert_eq!(what, "left half done");
        assert_eq!(example, "order-1: the bank holds money of r-1, the ledger says r-1x");
    }

    #[test]
    fn another_amount_than_the_bank_holds_is_wrong() {
        let dearer = Row { cents: 700, ..row(1, "captured") };
        assert_eq!(broken(&[hold(1, false)], &[dearer])[0].0, "of another amount than promised");
    }
}
