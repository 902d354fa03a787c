//! Holds orders, charges, parcels and events against the receipts of their customers.
//!
//! **Invariant**: what was acknowledged is whole and there once; what was refused is nowhere or was taken back; of what is
//! indeterminate there is all or nothing.

use std::collections::HashSet;

use super::rows::{Charge, KEY, Order, Owners, Rows};
use crate::model::{
    ledger::{LedgerReading, Outcome},
    receipt::Receipt,
};

/// Everything that was done for one customer.
#[derive(Default)]
struct Done<'a> {
    orders: Vec<&'a Order>,
    /// Charges that stand.
    charges: Vec<&'a Charge>,
    /// The orders of the parcels.
    parcels: Vec<&'a str>,
}

/// Hold the rows against the receipts.
pub(super) fn audit(receipts: &[Receipt], rows: &Rows) -> LedgerReading {
    let owners = Owners::of(receipts, rows);
    let mut reading = LedgerReading { recorded: rows.orders.len() as u64, ..LedgerReading::default() };
    let mut done: Vec<Done> = receipts.iter().map(|_| Done::default()).collect();
    let mut strangers = HashSet::new();
    for order in &rows.orders {
        match owners.order(&order.id) {
            Some(place) => done[place].orders.push(order),
            None if order.state == "cancelled" => {}
            None => {
                strangers.insert(order.id.as_str());
                reading.phantoms.note(format!("order {} for {}: nobody asked for this", order.id, order.account));
            }
        }
    }
    for charge in rows.charges.iter().filter(|charge| charge.status == "captured") {
        match owners.charge(charge) {
            Some(place) => done[place].charges.push(charge),
            // It goes with an order that was counted already.
            None if charge.key.strip_prefix(KEY).is_some_and(|id| strangers.contains(id)) => {}
            None => reading.phantoms.note(format!("charge {}: nobody asked for this", charge.key)),
        }
    }
    for parcel in &rows.parcels {
        if let Some(place) = owners.order(parcel) {
            done[place].parcels.push(parcel);
        }
    }
    for (receipt, mut done) in receipts.iter().zip(done) {
        done.sort();
        reading.count(receipt.outcome);
        match receipt.outcome {
            Outcome::Fail => refused(&mut reading, receipt, &done),
            Outcome::Ok | Outcome::Info => taken(&mut reading, receipt, &done, rows),
        }
    }
    reading
}

fn refused(reading: &mut LedgerReading, Receipt { key, .. }: &Receipt, done: &Done) {
    if let Some(charge) = done.charges.first() {
        reading.refused_but_charged.note(format!("{key}: refused, and charged {} cents", charge.cents));
    } else if let Some(order) = done.kept() {
        reading.phantoms.note(format!("{key}: refused, and order {} is {}", order.id, order.state));
    } else if let Some(parcel) = done.parcels.first() {
        reading.phantoms.note(format!("{key}: refused, and order {parcel} has a parcel"));
    } else if let Some(order) = done.orders.iter().find(|order| order.state != "cancelled") {
        reading.half.note(format!("{key}: refused, and order {} is still {}", order.id, order.state));
    }
}

fn taken(reading: &mut LedgerReading, receipt: &Receipt, done: &Done, rows: &Rows) {
    let key = &receipt.key;
    let twice = [
        ("orders", done.orders.iter().filter(|order| order.is_kept()).count()),
        ("charges", done.charges.len()),
        ("parcels", done.parcels.len()),
    ];
    if let Some((what, count)) = twice.into_iter().find(|(_, count)| *count > 1) {
        reading.doubled.note(format!("{key}: {count} {what}"));
    }
    if let Some(wrong) = done.wrong_amount(receipt) {
        reading.wrong_amount.note(format!("{key}: {wrong}"));
    }
    let missing = done.missing(receipt, rows);
    match (receipt.outcome, missing) {
        (Outcome::Ok, Some(missing)) => reading.lost.note(format!("{key}: acknowledged, {missing}")),
        (Outcome::Info, Some(missing)) if !done.is_nothing() => {
            reading.half.note(format!("{key}: half done, {missing}"));
        }
        _ => {}
    }
}

impl Order {
    /// Whether it stands for goods on their way.
    fn is_kept(&self) -> bool {
        ["paid", "delivered"].contains(&self.state.as_str())
    }
}

impl<'a> Done<'a> {
    /// Into one order, whatever the order of reading was.
    fn sort(&mut self) {
        self.orders.sort();
        self.charges.sort();
        self.parcels.sort_unstable();
    }

    fn kept(&self) -> Option<&'a Order> {
        self.orders.iter().copied().find(|order| order.is_kept())
    }

    /// Whether nothing is left of it: as if it had never been asked for.
    fn is_nothing(&self) -> bool {
        self.charges.is_empty() && self.parcels.is_empty() && self.orders.iter().all(|order| order.state == "cancelled")
    }

    /// The amount that is another one than what the customer was shown, or than what the order says.
    fn wrong_amount(&self, receipt: &Receipt) -> Option<String> {
        let shown = receipt.cents;
        let order = self
            .orders
            .iter()
            .filter(|order| order.is_kept())
            .find(|order| shown.is_some_and(|shown| shown != order.cents));
        if let (Some(order), Some(shown)) = (order, shown) {
            return Some(format!("order {} says {} cents instead of {shown}", order.id, order.cents));
        }
        self.charges.iter().find_map(|charge| {
            let id = charge.key.strip_prefix(KEY);
            let of = self.orders.iter().find(|order| id == Some(order.id.as_str())).map(|order| order.cents);
            let owed = shown.or(of).filter(|owed| *owed != charge.cents)?;
            Some(format!("{} was charged {} cents instead of {owed}", charge.key, charge.cents))
        })
    }

    /// The first thing that lacks for a whole order.
    fn missing(&self, receipt: &Receipt, rows: &Rows) -> Option<String> {
        let told = |order: &&&Order| receipt.order.as_ref().is_none_or(|id| *id == order.id);
        // Of several, the one that came furthest is what the customer has.
        let order = self.orders.iter().filter(told).max_by_key(|order| (order.is_kept(), order.state == "delivered"));
        let Some(order) = order else {
            return Some(receipt.order.as_ref().map_or("no order".to_owned(), |id| format!("no order {id}")));
        };
        let Order { id, state, .. } = order;
        let acknowledged = receipt.outcome == Outcome::Ok;
        if !order.is_kept() {
            return Some(format!("order {id} is {state}"));
        }
        if !self.charges.iter().any(|charge| charge.key.strip_prefix(KEY) == Some(id)) {
            return Some(format!("order {id} is {state} and not charged"));
        }
        if !self.parcels.contains(&id.as_str()) {
            return Some(format!("order {id} is {state} and has no parcel"));
        }
        if state != "delivered" {
            return Some(format!("order {id} has a parcel and is still {state}"));
        }
        if acknowledged && rows.waiting.contains(id) {
            return Some(format!("the event of order {id} still waits in the outbox"));
        }
        let unknown = rows.events.as_ref().is_some_and(|events| !events.contains(id));
        (acknowledged && unknown).then(|| format!("the topic orders.paid has no record of order {id}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipt(outcome: Outcome, told: bool) -> Receipt {
        Receipt {
            key: "r-checkout-0".to_owned(),
            outcome,
            order: told.then(|| "o-0".to_owned()),
            cents: told.then_some(690),
            lines: vec![("tea-green".to_owned(), 1)],
        }
    }

    fn order(id: &str, state: &str) -> Order {
        Order { id: id.into(), account: "r-checkout-0".into(), cents: 690, state: state.into() }
    }

    fn charge(key: &str, cents: i64, status: &str) -> Charge {
        Charge { key: key.into(), account: "r-checkout-0".into(), cents, status: status.into() }
    }

    /// A whole order.
    fn whole() -> Rows {
        Rows {
            orders: vec![order("o-0", "delivered")],
            charges: vec![charge("order-o-0", 690, "captured")],
            parcels: vec!["o-0".to_owned()],
            events: Some(["o-0".to_owned()].into()),
            ..Rows::default()
        }
    }

    fn breaches(outcome: Outcome, rows: &Rows) -> Vec<(&'static str, String)> {
        let reading = audit(&[receipt(outcome, outcome == Outcome::Ok)], rows);
        let found = reading.breaches().into_iter().filter(|(_, breach)| !breach.is_none());
        found.map(|(what, breach)| (what, breach.examples.join("; "))).collect()
    }

    fn one(outcome: Outcome, rows: &Rows) -> (&'static str, String) {
        let found = breaches(outcome, rows);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    #[test]
    fn a_whole_order_is_legal_for_who_was_told_yes_and_for_who_was_told_nothing() {
        assert_eq!(breaches(Outcome::Ok, &whole()), []);
        assert_eq!(breaches(Outcome::Info, &whole()), []);
    }

    #[test]
    fn nothing_at_all_is_legal_for_who_was_told_no_and_for_who_was_told_nothing() {
        let undone = Rows {
            orders: vec![order("o-0", "cancelled")],
            charges: vec![charge("order-o-0", 690, "refunded")],
            ..Rows::default()
        };
        for rows in [&undone, &Rows::default()] {
            assert_eq!(breaches(Outcome::Fail, rows), []);
            assert_eq!(breaches(Outcome::Info, rows), []);
            assert_eq!(one(Outcome::Ok, rows).0, "lost");
        }
    }

    #[test]
    fn refused_but_charged() {
        let rows = Rows { orders: vec![order("o-0", "cancelled")], parcels: vec![], ..whole() };
        assert_eq!(
            one(Outcome::Fail, &rows),
            ("refused and yet charged", "r-checkout-0: refused, and charged 690 cents".to_owned())
        );
        let delivered = Rows { charges: vec![], ..whole() };
        assert_eq!(one(Outcome::Fail, &delivered).0, "that nobody asked for");
        let unfinished = Rows { orders: vec![order("o-0", "cancelling")], ..Rows::default() };
        assert_eq!(one(Outcome::Fail, &unfinished).0, "left half done");
    }

    #[test]
    fn half_an_outcome_is_legal_for_nobody() {
        let halves = [
            (Rows { orders: vec![], parcels: vec![], ..whole() }, "half done, no order"),
            (Rows { orders: vec![order("o-0", "paid")], parcels: vec![], ..whole() }, "paid and has no parcel"),
            (Rows { orders: vec![order("o-0", "cancelled")], parcels: vec![], ..whole() }, "is cancelled"),
            (Rows { charges: vec![], ..whole() }, "not charged"),
            (Rows { orders: vec![order("o-0", "placed")], ..Rows::default() }, "is placed"),
        ];
        for (rows, words) in halves {
            let (what, example) = one(Outcome::Info, &rows);
            assert!(what == "left half done" && example.contains(words), "{what}: {example}");
            assert_eq!(one(Outcome::Ok, &rows).0, "lost");
        }
    }

    #[test]
    fn an_acknowledged_order_without_its_event_is_lost() {
        let gone = Rows { events: Some(HashSet::new()), ..whole() };
        assert!(one(Outcome::Ok, &gone).1.contains("the topic orders.paid has no record"));
        assert_eq!(breaches(Outcome::Info, &gone), []);
        assert_eq!(breaches(Outcome::Ok, &Rows { events: None, ..whole() }), [], "cannot be known");
        let waiting = Rows { waiting: ["o-0".to_owned()].into(), ..whole() };
        assert!(one(Outcome::Ok, &waiting).1.contains("still waits in the outbox"));
    }

    #[test]
    fn two_orders_or_two_charges_for_one_customer_are_doubles() {
        let mut twice = whole();
        twice.charges.push(charge("order-o-9", 690, "captured"));
        assert_eq!(one(Outcome::Info, &twice), ("there twice", "r-checkout-0: 2 charges".to_owned()));
        twice.orders.push(order("o-9", "delivered"));
        assert_eq!(one(Outcome::Ok, &twice), ("there twice", "r-checkout-0: 2 orders".to_owned()));
    }

    #[test]
    fn an_amount_that_the_customer_was_not_shown_is_wrong() {
        let dearer = Rows { charges: vec![charge("order-o-0", 700, "captured")], ..whole() };
        for outcome in [Outcome::Ok, Outcome::Info] {
            assert!(one(outcome, &dearer).1.contains("charged 700 cents instead of 690"));
        }
        let mut rewritten = dearer;
        rewritten.orders[0].cents = 700;
        assert!(one(Outcome::Ok, &rewritten).1.contains("says 700 cents instead of 690"));
    }

    #[test]
    fn orders_and_charges_of_customers_that_there_never_were_are_phantoms() {
        let mut rows = whole();
        let account = "r-checkout-7".to_owned();
        rows.orders.push(Order { account: account.clone(), ..order("o-7", "paid") });
        rows.charges.push(Charge { account: account.clone(), ..charge("order-o-7", 1, "captured") });
        rows.charges.push(Charge { account, ..charge("by-hand", 1, "captured") });
        let reading = audit(&[receipt(Outcome::Ok, true)], &rows);
        assert_eq!(reading.phantoms.count, 2, "an order with its charge is one: {reading:?}");
    }

    #[test]
    fn the_id_that_was_told_counts_whatever_its_account() {
        let mut rows = whole();
        rows.orders[0].account = "guest".into();
        rows.charges[0].account = "guest".into();
        assert_eq!(breaches(Outcome::Ok, &rows), []);
    }

    fn any_rows() -> impl Strategy<Value = Rows> {
        let id = || (0_u8..4).prop_map(|number| format!("o-{number}"));
        let account = || (0_u8..5).prop_map(|number| format!("r-checkout-{number}"));
        let state = prop::sample::select(vec!["placed", "paid", "delivered", "cancelling", "cancelled"]);
        let status = prop::sample::select(vec!["captured", "captured", "refunded", "voided"]);
        let order = (id(), account(), 690_i64..692, state).prop_map(|(id, account, cents, state)| Order {
            id,
            account,
            cents,
            state: state.into(),
        });
        let charge = (id(), account(), 690_i64..692, status).prop_map(|(id, account, cents, status)| Charge {
            key: format!("order-{id}"),
            account,
            cents,
            status: status.into(),
        });
        (prop::collection::vec(order, 0..6), prop::collection::vec(charge, 0..6), prop::collection::vec(id(), 0..6))
            .prop_map(|(orders, charges, parcels)| Rows { orders, charges, parcels, ..Rows::default() })
    }

    proptest! {
        #[test]
        fn any_order_of_the_rows_gives_the_same_reading(
            outcomes in prop::collection::vec(prop::sample::select(vec![Outcome::Ok, Outcome::Fail, Outcome::Info]), 4),
            (rows, orders, charges, parcels) in any_rows().prop_flat_map(|rows| {
                let parts = (rows.orders.clone(), rows.charges.clone(), rows.parcels.clone());
                (Just(rows), Just(parts.0).prop_shuffle(), Just(parts.1).prop_shuffle(), Just(parts.2).prop_shuffle())
            }),
        ) {
            let receipts: Vec<Receipt> = (0..).zip(outcomes).map(|(number, outcome): (u8, _)| Receipt {
                key: format!("r-checkout-{number}"),
                order: (outcome == Outcome::Ok).then(|| format!("o-{number}")),
                ..receipt(outcome, false)
            }).collect();
            let shuffled = Rows { orders, charges, parcels, ..Rows::default() };
            prop_assert_eq!(audit(&receipts, &rows), audit(&receipts, &shuffled));
        }
    }
}
