//! What customers were promised, held against what the books say.
//!
//! **Invariant**: an outcome that nobody is sure of is neither a promise nor a refusal, and a reading does not depend on the
//! order in which the books were read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The books that can be held against what customers were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerName {
    /// `payment.ledger` against the answers to `POST /payments`.
    Payments,
    /// Orders, their charges, their deliveries and their events against the answers to `POST /checkout`.
    Orders,
    /// What the carrier took, by its own book, against the answers to `POST /checkout`.
    Parcels,
    /// What the bank holds, by its own book, against the card payments in `payment.ledger`.
    Bank,
}

impl LedgerName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Payments, Self::Orders, Self::Parcels, Self::Bank];

    /// What is counted in it, in the plural.
    pub fn entries(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Orders => "orders",
            Self::Parcels => "parcels",
            Self::Bank => "card payments at the bank",
        }
    }
}

impl fmt::Display for LedgerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Payments => "payments",
            Self::Orders => "orders",
            Self::Parcels => "parcels",
            Self::Bank => "bank",
        })
    }
}

/// How a request ended for the customer who made it, in Jepsen's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done, and the answer says so: a promise.
    Ok,
    /// Certainly not done: refused by the service (4xx), never sent, or never connected.
    Fail,
    /// Nobody knows (no answer in time, cut off, 5xx, garbled): done or not done are both legal, half done is not.
    Info,
}

/// The outcome of one reconciliation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerReading {
    /// Requests whose customers were told that it is done; of the bank: what the shop's ledger has as charged.
    pub acknowledged: u64,
    /// Requests of which nobody knows whether they were done.
    pub indeterminate: u64,
    /// Requests that were refused; of the bank: what the shop's ledger has as given back or never booked.
    pub refused: u64,
    /// Rows of this run in the books.
    pub recorded: u64,
    /// Acknowledged, and not whole in the books.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub lost: Breach,
    /// In the books more than once for one intent.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub doubled: Breach,
    /// In the books, and promised to nobody.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub phantoms: Breach,
    /// Refused, and charged all the same.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub refused_but_charged: Breach,
    /// In the books with another amount than the customer was shown.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub wrong_amount: Breach,
    /// Neither done nor not done: half an outcome.
    #[serde(default, skip_serializing_if = "Breach::is_none")]
    pub half: Breach,
    /// Parts of the books that could not be read, and why; everything above was found without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

impl LedgerReading {
    /// Each way in which the books can break a promise, in words that follow a number.
    pub fn breaches(&self) -> [(&'static str, &Breach); 6] {
        [
            ("lost", &self.lost),
            ("there twice", &self.doubled),
            ("that nobody asked for", &self.phantoms),
            ("refused and yet charged", &self.refused_but_charged),
            ("of another amount than promised", &self.wrong_amount),
            ("left half done", &self.half),
        ]
    }

    /// Count one more request with this outcome.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.acknowledged += 1,
            Outcome::Fail => self.refused += 1,
            Outcome::Info => self.indeterminate += 1,
        }
    }
}

/// One way in which the books break promises: how often, and a few examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// How often.
    pub count: u64,
    /// The first few in the order of the alphabet, so that they are the same however the books were read.
    pub examples: Vec<String>,
}

impl Breach {
    /// How many examples are kept.
    pub const EXAMPLES: usize = 10;

    /// Count one more, and keep it as an example if it is among the first.
    pub fn note(&mut self, example: String) {
        self.count += 1;
        let place = self.examples.partition_point(|kept| *kept <= example);
        if place < Self::EXAMPLES {
            self.examples.insert(place, example);
            self.examples.truncate(Self::EXAMPLES);
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.count == 0
    }
}

/// What the customers of one kind were told in one run, by sequence number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Every idempotency key of these customers is this and the sequence number.
    pub prefix: String,
    /// By sequence number, without a gap.
    pub outcomes: Vec<Outcome>,
}

impl Promises {
    /// The idempotency key of a request.
    pub fn key(&self, seq: usize) -> String {
        format!("{}{seq}", self.prefix)
    }
}

/// What the customer with this sequence number pays: a function, so that the books can be checked without a list.
pub fn amount_cents(seq: u64) -> i64 {
    // Two primes: amounts vary, stay far from any limit, and neighbours never pay the same.
    101 + i64::try_from(seq * 37 % 4_999).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_a_breach_do_not_depend_on_the_order_of_reading() {
        let noted = |numbers: Vec<u32>| {
            let mut breach = Breach::default();
            for number in numbers {
                breach.note(format!("key-{number:02}"));
            }
            breach
        };
        let forwards = noted((0..30).collect());
        assert_eq!(forwards, noted((0..30).rev().collect()));
        assert_eq!((forwards.count, forwards.examples.len()), (30, Breach::EXAMPLES));
        assert_eq!(forwards.examples[0], "key-00");
    }
}
