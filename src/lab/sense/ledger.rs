//! Holds the ledger of payments against what customers were told.
//!
//! **Invariant**: what makes a payment count is its key, its amount and its status, all three.

use std::{pin::pin, time::Duration};

use futures::TryStreamExt;
use tokio_postgres::Config;

use super::postgres::{connect, explain};
use crate::{
    model::ledger::{LedgerReading, Promises, Told, amount_cents},
    run::ports::PortError,
};

/// How many lost or doubled keys are shown.
const EXAMPLES: usize = 10;

/// A million rows take some seconds on a small machine.
const DEADLINE: Duration = Duration::from_mins(1);

const ROWS: &str =
    "select idempotency_key, amount_cents, status from payment.ledger where starts_with(idempotency_key, $1)";

/// Read the rows of this run and hold them against the promises.
pub(super) async fn payments(config: &Config, promises: &Promises) -> Result<LedgerReading, PortError> {
    let failed = |why: String| PortError { tried: "read payment.ledger".to_owned(), why };
    let read = async {
        let session = connect(config, DEADLINE).await?;
        let rows = session.client.query_raw(ROWS, [&promises.prefix]).await.map_err(|error| explain(&error))?;
        let mut rows = pin!(rows);
        let mut audit = Audit::new(promises);
        while let Some(row) = rows.try_next().await.map_err(|error| explain(&error))? {
            audit.row(row.get(0), row.get(1), row.get(2));
        }
        Ok(audit.finish())
    };
    match tokio::time::timeout(DEADLINE, read).await {
        Ok(reading) => reading.map_err(failed),
        Err(_) => Err(failed(format!("no end within {} s", DEADLINE.as_secs()))),
    }
}

/// Goes through the rows one by one, in any order.
struct Audit<'a> {
    promises: &'a Promises,
    /// Rows by sequence number, as far as it matters: none, one, more.
    seen: Vec<u8>,
    recorded: u64,
    doubled: u64,
    /// Rows that stand for a payment without making it good.
    wrong: Vec<String>,
    examples: Vec<String>,
}

impl<'a> Audit<'a> {
    fn new(promises: &'a Promises) -> Self {
        let seen = vec![0; promises.told.len()];
        Self { promises, seen, recorded: 0, doubled: 0, wrong: Vec::new(), examples: Vec::new() }
    }

    fn row(&mut self, key: &str, cents: i64, status: &str) {
        self.recorded += 1;
        let tail = key.strip_prefix(&self.promises.prefix).unwrap_or_default();
        // A key that goes on behind its number is the same customer's intent, charged under another name.
        let digits = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some((seq, seen)) = tail[..digits].parse().ok().and_then(|seq: usize| Some((seq, self.seen.get_mut(seq)?)))
        else {
            self.wrong(format!("{key}: nobody asked for this"));
            return;
        };
        let owed = amount_cents(seq as u64);
        match (*seen, cents == owed, status) {
            (0, true, "captured") => *seen = 1,
            (0, false, _) => self.wrong(format!("{key}: {cents} cents instead of {owed}")),
            (0, true, _) => self.wrong(format!("{key}: {status}")),
            (1, ..) => {
                *seen = 2;
                self.doubled += 1;
                self.example(format!("{key}: charged more than once"));
            }
            _ => {}
        }
    }

    fn finish(mut self) -> LedgerReading {
        let mut reading = LedgerReading { recorded: self.recorded, doubled: self.doubled, ..LedgerReading::default() };
        for (seq, told) in self.promises.told.iter().enumerate() {
            match told {
                Told::Acknowledged => reading.acknowledged += 1,
                Told::Refused => reading.refused += 1,
                Told::Unanswered => reading.unanswered += 1,
            }
            if *told == Told::Acknowledged && self.seen[seq] == 0 {
                reading.lost += 1;
                self.example(format!("{}: acknowledged, not in the ledger", self.promises.key(seq)));
            }
        }
        reading.examples = self.wrong;
        reading.examples.extend(self.examples);
        reading.examples.truncate(EXAMPLES);
        reading
    }

    fn wrong(&mut self, what: String) {
        if self.wrong.len() < EXAMPLES {
            self.wrong.push(what);
        }
    }

    fn example(&mut self, what: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Told::{Acknowledged, Refused, Unanswered};

    fn read(told: &[Told], rows: &[(&str, i64, &str)]) -> LedgerReading {
        let promises = Promises { prefix: "r-payment-".to_owned(), told: told.to_vec() };
        let mut audit = Audit::new(&promises);
        for (key, cents, status) in rows {
            audit.row(key, *cents, status);
        }
        audit.finish()
    }

    #[test]
    fn every_promise_once_in_the_books_is_whole() {
        let rows = [("r-payment-0", amount_cents(0), "captured"), ("r-payment-2", amount_cents(2), "captured")];
        let reading = read(&[Acknowledged, Refused, Unanswered], &rows);
        let expected =
            LedgerReading { acknowledged: 1, unanswered: 1, refused: 1, recorded: 2, ..LedgerReading::default() };
        assert_eq!(reading, expected, "an unanswered request may be in the books");
    }

    #[test]
    fn a_promise_without_its_row_is_lost() {
        let reading = read(&[Acknowledged, Unanswered], &[]);
        assert_eq!((reading.lost, reading.examples.len()), (1, 1));
    }

    #[test]
    fn two_rows_for_one_intent_are_charged_twice() {
        let one = amount_cents(0);
        let reading =
            read(&[Acknowledged], &[("r-payment-0", one, "captured"), ("r-payment-0-again", one, "captured")]);
        assert_eq!((reading.doubled, reading.lost), (1, 0));
    }

    #[test]
    fn another_amount_or_a_voided_row_does_not_make_a_promise_good() {
        let wrong = read(&[Acknowledged], &[("r-payment-0", amount_cents(0) + 1, "captured")]);
        assert_eq!(wrong.lost, 1);
        assert!(wrong.examples[0].contains("cents instead of"), "{:?}", wrong.examples);
        assert_eq!(read(&[Acknowledged], &[("r-payment-0", amount_cents(0), "voided")]).lost, 1);
    }

    #[test]
    fn a_row_that_nobody_asked_for_is_shown() {
        let reading = read(&[Refused], &[("r-payment-7", 1, "captured"), ("r-payment-x", 1, "captured")]);
        assert_eq!((reading.recorded, reading.examples.len()), (2, 2));
    }
}
