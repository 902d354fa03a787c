//! Holds the ledger of payments against what customers were told.
//!
//! **Invariant**: rows are counted up for each intent and weighed when all are read, so their order means nothing.

use std::pin::pin;

use futures::TryStreamExt;
use tokio_postgres::Config;

use super::{DEADLINE, is_gone};
use crate::{
    lab::sense::postgres::{connect, explain},
    model::ledger::{LedgerReading, Outcome, Promises, amount_cents},
};

const ROWS: &str =
    "select idempotency_key, amount_cents, status from payment.ledger where starts_with(idempotency_key, $1)";

/// Read the rows of this run and hold them against the promises.
pub(super) async fn read(config: &Config, promises: &Promises) -> Result<LedgerReading, String> {
    let session = connect(config, DEADLINE).await?;
    let mut audit = Audit::new(promises);
    if is_gone(&session.client, "payment.ledger").await.map_err(|error| explain(&error))? {
        return Ok(audit.finish());
    }
    let rows = session.client.query_raw(ROWS, [&promises.prefix]).await.map_err(|error| explain(&error))?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| explain(&error))? {
        audit.row(row.get(0), row.get(1), row.get(2));
    }
    Ok(audit.finish())
}

/// What the rows of one intent came to.
#[derive(Clone, Copy, Default)]
struct Intent {
    /// Charges that stand.
    charged: u8,
    /// Whether a charge was taken back.
    undone: bool,
}

/// Goes through the rows one by one, in any order.
struct Audit<'a> {
    promises: &'a Promises,
    /// By sequence number.
    intents: Vec<Intent>,
    reading: LedgerReading,
}

impl<'a> Audit<'a> {
    fn new(promises: &'a Promises) -> Self {
        let intents = vec![Intent::default(); promises.outcomes.len()];
        Self { promises, intents, reading: LedgerReading::default() }
    }

    fn row(&mut self, key: &str, cents: i64, status: &str) {
        let reading = &mut self.reading;
        reading.recorded += 1;
        let charged = match status {
            "captured" => true,
            "refunded" | "voided" => false,
            _ => return reading.half.note(format!("{key}: neither charged nor taken back, but {status}")),
        };
        let Some(seq) = number(key, &self.promises.prefix).filter(|seq| *seq < self.intents.len()) else {
            // What was taken back is with nobody any more.
            if charged {
                reading.phantoms.note(format!("{key}: nobody asked for this"));
            }
            return;
        };
        let intent = &mut self.intents[seq];
        if !charged {
            intent.undone = true;
            return;
        }
        intent.charged = intent.charged.saturating_add(1);
        let owed = amount_cents(seq as u64);
        // For those who were refused, any amount is wrong, and that is said of them already.
        if cents != owed && self.promises.outcomes[seq] != Outcome::Fail {
            reading.wrong_amount.note(format!("{key}: {cents} cents instead of {owed}"));
        }
    }

    fn finish(mut self) -> LedgerReading {
        let reading = &mut self.reading;
        for (seq, (outcome, intent)) in self.promises.outcomes.iter().zip(&self.intents).enumerate() {
            reading.count(*outcome);
            let key = || self.promises.key(seq);
            match (outcome, intent.charged) {
                (Outcome::Ok, 0) if intent.undone => {
                    reading.lost.note(format!("{}: acknowledged, and taken back", key()));
                }
                (Outcome::Ok, 0) => reading.lost.note(format!("{}: acknowledged, not in the ledger", key())),
                (Outcome::Fail, 1..) => reading.refused_but_charged.note(format!("{}: refused, and charged", key())),
                (Outcome::Ok | Outcome::Info, 2..) => {
                    reading.doubled.note(format!("{}: charged more than once", key()));
                }
                (Outcome::Ok | Outcome::Info, 1) | (Outcome::Fail | Outcome::Info, 0) => {}
            }
        }
        self.reading
    }
}

/// The sequence number in a key. A key that goes on behind its number is the same customer's intent under another name.
fn number(key: &str, prefix: &str) -> Option<usize> {
    let tail = key.strip_prefix(prefix)?;
    let digits = &tail[..tail.len() - tail.trim_start_matches(|letter: char| letter.is_ascii_digit()).len()];
    // A number written in another way than we write it is nobody's.
    digits.parse().ok().filter(|number: &usize| number.to_string() == digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Outcome::{Fail, Info};

    type Row<'a> = (&'a str, i64, &'a str);

    fn read(outcomes: &[Outcome], rows: &[Row<'_>]) -> LedgerReading {
        let promises = Promises { prefix: "r-payment-".to_owned(), outcomes: outcomes.to_vec() };
        let mut audit = Audit::new(&promises);
        for (key, cents, status) in rows {
            audit.row(key, *cents, status);
        }
        audit.finish()
    }

    #[test]
    fn every_promise_once_in_the_books_is_whole() {
        let rows = [("r-payment-0", amount_cents(0), "captured"), ("r-payment-2", amount_cents(2), "captured")];
        let reading = read(&[Outcome::Ok, Fail, Info, Info], &rows);
        let expected =
            LedgerReading { acknowledged: 1, indeterminate: 2, refused: 1, recorded: 2, ..LedgerReading::default() };
        assert_eq!(reading, expected, "what is indeterminate may be in the books or not");
    }

    #[test]
    fn a_promise_without_its_row_is_lost() {
        let reading = read(&[Outcome::Ok, Info], &[]);
        assert_eq!(reading.lost.examples, ["r-payment-0: acknowledged, not in the ledger"]);
        let undone = read(&[Outcome::Ok], &[("r-payment-0", amount_cents(0), "refunded")]);
        assert_eq!(undone.lost.examples, ["r-payment-0: acknowledged, and taken back"]);
    }

    #[test]
    fn two_rows_for_one_intent_are_charged_twice_even_if_nobody_knows_its_outcome() {
        let one = amount_cents(0);
        let rows = [("r-payment-0", one, "captured"), ("r-payment-0-again", one, "captured")];
        for outcome in [Outcome::Ok, Info] {
            let reading = read(&[outcome], &rows);
            assert_eq!((reading.doubled.count, reading.lost.count), (1, 0), "{outcome:?}");
        }
    }

    /// Was counted as refused and looked at by nobody.
    #[test]
    fn refused_but_charged_is_a_breach_of_its_own() {
        let reading = read(&[Fail, Fail], &[("r-payment-0", amount_cents(0), "captured")]);
        assert_eq!(reading.refused_but_charged.examples, ["r-payment-0: refused, and charged"]);
        let refunded = read(&[Fail], &[("r-payment-0", amount_cents(0), "refunded")]);
        assert!(refunded.refused_but_charged.is_none(), "a refund makes good what was told no");
    }

    /// Was shown as an example and failed nothing.
    #[test]
    fn a_row_that_nobody_asked_for_is_a_phantom() {
        let rows = [("r-payment-7", 1, "captured"), ("r-payment-x", 1, "captured"), ("r-payment-00", 1, "captured")];
        assert_eq!(read(&[Info], &rows).phantoms.count, 3);
        assert!(read(&[Info], &[("r-payment-7", 1, "voided")]).phantoms.is_none());
    }

    #[test]
    fn another_amount_and_another_state_are_breaches() {
        let wrong = read(&[Outcome::Ok], &[("r-payment-0", amount_cents(0) + 1, "captured")]);
        assert_eq!((wrong.wrong_amount.count, wrong.lost.count), (1, 0));
        assert_eq!(read(&[Info], &[("r-payment-0", amount_cents(0), "pending")]).half.count, 1);
    }

    /// A wrong row before the right one gave another reading than the right one before it.
    #[test]
    fn a_wrong_row_before_the_right_one_reads_as_after_it() {
        let (right, wrong) = (("r-payment-0", amount_cents(0), "captured"), ("r-payment-0-x", 7, "captured"));
        let reading = read(&[Outcome::Ok], &[right, wrong]);
        assert_eq!(reading, read(&[Outcome::Ok], &[wrong, right]));
        assert_eq!((reading.doubled.count, reading.wrong_amount.count), (1, 1));
    }

    fn row() -> impl Strategy<Value = (String, i64, &'static str)> {
        let tail = prop_oneof![3 => Just(""), 1 => Just("-again"), 1 => Just("x")];
        let status = prop_oneof![4 => Just("captured"), 1 => Just("refunded"), 1 => Just("voided"), 1 => Just("odd")];
        (0_u64..8, tail, prop_oneof![3 => Just(0_i64), 1 => 1_i64..3], status)
            .prop_map(|(seq, tail, off, status)| (format!("r-payment-{seq}{tail}"), amount_cents(seq) + off, status))
    }

    proptest! {
        #[test]
        fn any_order_of_the_rows_gives_the_same_reading(
            outcomes in prop::collection::vec(prop::sample::select(vec![Outcome::Ok, Fail, Info]), 6),
            (rows, shuffled) in prop::collection::vec(row(), 0..40)
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        ) {
            let lent = |rows: &[(String, i64, &'static str)]| {
                let rows: Vec<Row> = rows.iter().map(|(key, cents, status)| (key.as_str(), *cents, *status)).collect();
                read(&outcomes, &rows)
            };
            prop_assert_eq!(lent(&rows), lent(&shuffled));
        }
    }
}
