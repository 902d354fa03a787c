//! What a customer wants to buy, brought into one shape, and what it costs.
//!
//! **Invariant:** a sound basket has one line for each thing, in the order in which the customer put them in; two baskets that
//! mean the same have one fingerprint.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::idempotency;

const MOST_LINES: usize = 50;
const MOST_PIECES: u32 = 1000;

/// The body of a checkout.
#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Basket {
    /// What is bought.
    pub(super) items: Vec<Item>,
    /// Who pays; a guest when absent.
    #[serde(default)]
    pub(super) account: Option<String>,
}

/// A basket as it is compared.
#[derive(Serialize)]
struct Sorted<'a> {
    items: Vec<&'a Item>,
    account: Option<&'a str>,
}

/// So many of one thing.
#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub(super) sku: String,
    pub(super) quantity: u32,
}

/// An item with its price.
#[derive(PartialEq, Eq, Debug, Serialize)]
pub(super) struct Line {
    sku: String,
    quantity: u32,
    unit_price_cents: i64,
}

impl Basket {
    /// The basket in its one shape, or why it cannot be bought.
    pub(super) fn sound(self) -> Result<Self, Failure> {
        let refuse = |why: String| Err(Failure::Invalid(why));
        let mut items = Vec::<Item>::new();
        for Item { sku, quantity } in self.items {
            // At most some fifty: to look through them is cheaper than to sort.
            let at = items.iter().position(|item| item.sku == sku).unwrap_or(items.len());
            if at == items.len() {
                items.push(Item { sku, quantity: 0 });
            }
            items[at].quantity = items[at].quantity.saturating_add(quantity);
            if quantity == 0 || items[at].quantity > MOST_PIECES {
                return refuse(format!("quantity must be 1 to {MOST_PIECES}"));
            }
            if items.len() > MOST_LINES {
                return refuse(format!("items must be 1 to {MOST_LINES}"));
            }
        }
        if items.is_empty() {
            return refuse(format!("items must be 1 to {MOST_LINES}"));
        }
        Ok(Self { items, account: self.account })
    }

    /// What is bought and who pays, whatever the order of the lines.
    pub(super) fn fingerprint(&self) -> String {
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by(|one, other| one.sku.cmp(&other.sku));
        idempotency::fingerprint(&Sorted { items, account: self.account.as_deref() })
    }

    /// The lines at the given prices, and their sum.
    pub(super) fn priced(&self, prices: &Value) -> Result<(Vec<Line>, i64), Failure> {
        let mut total = 0_i64;
        let mut lines = Vec::with_capacity(self.items.len());
        for Item { sku, quantity } in &self.items {
            let unit_price_cents =
                prices[sku].as_i64().ok_or_else(|| Failure::Invalid(format!("no product `{sku}`")))?;
            total = unit_price_cents
                .checked_mul(i64::from(*quantity))
                .and_then(|cost| total.checked_add(cost))
                .ok_or_else(|| Failure::Invalid("that is no amount of money".to_owned()))?;
            lines.push(Line { sku: sku.clone(), quantity: *quantity, unit_price_cents });
        }
        Ok((lines, total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn basket(items: &[(&str, u32)]) -> Basket {
        let items = items.iter().map(|(sku, quantity)| Item { sku: (*sku).to_owned(), quantity: *quantity }).collect();
        Basket { items, account: None }
    }

    #[test]
    fn baskets_that_mean_the_same_have_one_fingerprint_and_keep_their_order() {
        let one = basket(&[("tea", 1), ("mug", 1), ("tea", 2)]).sound().unwrap();
        assert_eq!(one, basket(&[("tea", 3), ("mug", 1)]));
        assert_eq!(one.fingerprint(), basket(&[("mug", 1), ("tea", 3)]).sound().unwrap().fingerprint());
        assert_ne!(one.fingerprint(), basket(&[("mug", 2), ("tea", 3)]).sound().unwrap().fingerprint());
    }

    #[test]
    fn a_fingerprint_is_the_one_of_the_sorted_basket() {
        let sorted = basket(&[("mug", 1), ("tea", 3)]);
        assert_eq!(basket(&[("tea", 3), ("mug", 1)]).fingerprint(), idempotency::fingerprint(&sorted));
    }

    #[test]
    fn nonsense_is_refused() {
        for items in [&[][..], &[("tea", 0)], &[("tea", 1001)], &[("tea", 999), ("tea", 2)]] {
            assert!(basket(items).sound().is_err(), "{items:?}");
        }
    }

    #[test]
    fn prices_add_up() {
        let basket = basket(&[("tea", 2), ("mug", 1)]).sound().unwrap();
        let (lines, total) = basket.priced(&json!({ "tea": 690, "mug": 1250 })).unwrap();
        assert_eq!((lines.len(), total), (2, 2630));
        assert!(basket.priced(&json!({ "tea": 690 })).is_err());
        assert!(basket.priced(&json!({ "tea": i64::MAX, "mug": 1 })).is_err());
    }
}
