//! Holds the parcels against the receipts of those who wait for one.
//!
//! **Invariant**: one parcel for each promise, and none for anybody else.

use super::rows::{Owners, Rows};
use crate::model::{
    ledger::{LedgerReading, Outcome},
    receipt::Receipt,
};

/// Hold the rows against the receipts.
pub(super) fn audit(receipts: &[Receipt], rows: &Rows) -> LedgerReading {
    let owners = Owners::of(receipts, rows);
    let mut reading = LedgerReading { recorded: rows.parcels.len() as u64, ..LedgerReading::default() };
    let mut parcels = vec![0_u32; receipts.len()];
    for order in &rows.parcels {
        match owners.order(order) {
            Some(place) => parcels[place] += 1,
            None => reading.phantoms.note(format!("the parcel of order {order}: nobody asked for this")),
        }
    }
    for (Receipt { key, outcome, .. }, count) in receipts.iter().zip(parcels) {
        reading.count(*outcome);
        match (outcome, count) {
            (Outcome::Ok, 0) => reading.lost.note(format!("{key}: acknowledged, no parcel")),
            (Outcome::Fail, 1..) => reading.phantoms.note(format!("{key}: refused, and there is a parcel")),
            (Outcome::Ok | Outcome::Info, 2..) => reading.doubled.note(format!("{key}: {count} parcels")),
            (Outcome::Ok | Outcome::Info, 1) | (Outcome::Fail | Outcome::Info, 0) => {}
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::sense::books::rows::{Charge, Order};

    fn receipt(key: &str, outcome: Outcome) -> Receipt {
        Receipt { key: key.to_owned(), outcome, order: None, cents: None, lines: vec![] }
    }

    fn rows(parcels: &[&str]) -> Rows {
        // Order o-N is for account r-N.
        let order = |number: u8| Order {
            id: format!("o-{number}"),
            account: format!("r-{number}"),
            cents: 1,
            state: "delivered".to_owned(),
        };
        let parcels = parcels.iter().map(|id| (*id).to_owned()).collect();
        Rows { orders: (0..4).map(order).collect(), parcels, ..Rows::default() }
    }

    #[test]
    fn the_parcel_of_an_order_that_was_dropped_is_still_its_customers() {
        let charge = Charge { key: "order-o-2".into(), account: "r-2".into(), cents: 1, status: "captured".into() };
        let rows = Rows { orders: vec![], charges: vec![charge], ..rows(&["o-2"]) };
        let reading = audit(&[receipt("r-2", Outcome::Info)], &rows);
        assert!(reading.phantoms.is_none(), "{reading:?}");
    }

    #[test]
    fn one_parcel_for_each_promise_and_none_for_anybody_else() {
        let receipts = [receipt("r-0", Outcome::Ok), receipt("r-1", Outcome::Fail), receipt("r-2", Outcome::Info)];
        let whole = audit(&receipts, &rows(&["o-0", "o-2"]));
        assert!(whole.breaches().iter().all(|(_, breach)| breach.is_none()), "{whole:?}");
        assert_eq!((whole.acknowledged, whole.refused, whole.indeterminate, whole.recorded), (1, 1, 1, 2));
        let broken = audit(&receipts, &rows(&["o-1", "o-2", "o-2", "o-3", "o-9"]));
        assert_eq!(broken.lost.examples, ["r-0: acknowledged, no parcel"]);
        assert_eq!(broken.doubled.examples, ["r-2: 2 parcels"]);
        assert_eq!(broken.phantoms.count, 3, "a refused one, another account's, and one without an order: {broken:?}");
    }
}
