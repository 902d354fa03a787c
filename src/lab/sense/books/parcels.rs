//! Holds the parcels that the carrier took against the receipts of those who wait for one.
//!
//! **Invariant**: one parcel for each promise, and none for anybody else; what the shop's own tables say of parcels counts for nothing.

use std::collections::HashSet;

use super::{
    outside::{self, Parcel},
    rows::{self, Owners, Rows},
};
use crate::{
    lab::sense::SenseTarget,
    model::{
        ledger::{LedgerReading, Outcome},
        receipt::Receipt,
    },
};

/// Ask the carrier, and hold what it says against the receipts.
pub(super) async fn read(target: &SenseTarget, receipts: &[Receipt]) -> Result<LedgerReading, String> {
    let Some(accounts) = receipts.first().map(rows::prefix) else { return Ok(LedgerReading::default()) };
    let rows = rows::of(&target.postgres, receipts).await?;
    // Where no order of the run is left, it cannot be told what came during the run.
    let since_ms = Some(rows.since_ms).filter(|_| !rows.orders.is_empty());
    let parcels = outside::parcels(target, accounts, since_ms).await?;
    let orders: Vec<&str> = parcels.iter().map(|parcel| parcel.order.as_str()).collect();
    let strangers = rows::strangers(&target.postgres, &orders).await?;
    Ok(audit(receipts, &rows, &parcels, &strangers))
}

/// Hold the carrier's parcels against the receipts; `strangers`: orders that there are none of.
fn audit(receipts: &[Receipt], rows: &Rows, parcels: &[Parcel], strangers: &HashSet<String>) -> LedgerReading {
    let owners = Owners::of(receipts, rows);
    let mut reading = LedgerReading::default();
    let mut count = vec![0_u32; receipts.len()];
    for Parcel { number, order, account } in parcels {
        match owners.order(order).or_else(|| owners.account(account)) {
            Some(place) => count[place] += 1,
            None if strangers.contains(order)
                || receipts.first().is_some_and(|one| account.starts_with(rows::prefix(one))) =>
            {
                reading.phantoms.note(format!("{number} for order {order}: nobody asked for this"));
            }
            // Another customer's, who is asked about elsewhere.
            None => continue,
        }
        reading.recorded += 1;
    }
    for (Receipt { key, outcome, .. }, count) in receipts.iter().zip(count) {
        reading.count(*outcome);
        match (outcome, count) {
            (Outcome::Ok, 0) => reading.lost.note(format!("{key}: acknowledged, the carrier has no parcel")),
            (Outcome::Fail, 1..) => reading.phantoms.note(format!("{key}: refused, and the carrier has a parcel")),
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

    /// Order o-N is for account r-N.
    fn rows() -> Rows {
        let order = |number: u8| Order {
            id: format!("o-{number}"),
            account: format!("r-{number}"),
            cents: 1,
            state: "delivered".to_owned(),
        };
        Rows { orders: (0..4).map(order).collect(), ..Rows::default() }
    }

    /// A parcel for each of these orders.
    fn taken(orders: &[&str]) -> Vec<Parcel> {
        let parcel = |(number, order): (usize, &&str)| Parcel {
            number: format!("parcel-{number}"),
            order: (*order).to_owned(),
            account: String::new(),
        };
        orders.iter().enumerate().map(parcel).collect()
    }

    fn strangers(orders: &[&str]) -> HashSet<String> {
        orders.iter().map(|order| (*order).to_owned()).collect()
    }

    #[test]
    fn the_parcel_of_an_order_that_was_dropped_is_still_its_customers() {
        let charge = Charge { key: "order-o-2".into(), account: "r-2".into(), cents: 1, status: "captured".into() };
        let rows = Rows { orders: vec![], charges: vec![charge], ..Rows::default() };
        let reading = audit(&[receipt("r-2", Outcome::Info)], &rows, &taken(&["o-2"]), &strangers(&["o-2"]));
        assert!(reading.phantoms.is_none(), "{reading:?}");
        let told = Parcel { account: "r-2".into(), ..taken(&["o-7"]).remove(0) };
        let reading = audit(&[receipt("r-2", Outcome::Ok)], &rows, &[told], &strangers(&["o-7"]));
        assert!(reading.phantoms.is_none() && reading.lost.is_none(), "by the account that it was for: {reading:?}");
    }

    #[test]
    fn one_parcel_for_each_promise_and_none_for_anybody_else() {
        let receipts = [receipt("r-0", Outcome::Ok), receipt("r-1", Outcome::Fail), receipt("r-2", Outcome::Info)];
        let whole = audit(&receipts, &rows(), &taken(&["o-0", "o-2"]), &strangers(&[]));
        assert!(whole.breaches().iter().all(|(_, breach)| breach.is_none()), "{whole:?}");
        assert_eq!((whole.acknowledged, whole.refused, whole.indeterminate, whole.recorded), (1, 1, 1, 2));
        let parcels = taken(&["o-1", "o-2", "o-2", "o-9", "o-old-app"]);
        let broken = audit(&receipts, &rows(), &parcels, &strangers(&["o-9"]));
        assert_eq!(broken.lost.examples, ["r-0: acknowledged, the carrier has no parcel"]);
        assert_eq!(broken.doubled.examples, ["r-2: 2 parcels"]);
        assert_eq!(broken.phantoms.count, 2, "a refused one, and one without an order: {broken:?}");
        assert_eq!(broken.recorded, 4, "other customers' parcels are none of these");
    }

    /// Rows in the shop's own table were taken for parcels.
    #[test]
    fn what_only_the_shop_says_is_sent_is_lost() {
        let on_paper = Rows { parcels: vec!["o-0".to_owned()], ..rows() };
        let reading = audit(&[receipt("r-0", Outcome::Ok)], &on_paper, &[], &strangers(&[]));
        assert_eq!(reading.lost.count, 1);
    }
}
