//! What a customer wants to buy, brought into one shape, and what it costs.
//!
//! **Invariant:** two baskets that mean the same are equal after `sound`: one line for each thing, sorted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

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
        let mut pieces = BTreeMap::<String, u32>::new();
        for item in self.items {
            let sum = pieces.entry(item.sku).or_default();
            *sum = sum.saturating_add(item.quantity);
            if item.quantity == 0 || *sum > MOST_PIECES {
                return refuse(format!("quantity must be 1 to {MOST_PIECES}"));
            }
        }
        if pieces.is_empty() || pieces.len() > MOST_LINES {
            return refuse(format!("items must be 1 to {MOST_LINES}"));
        }
        let items = pieces.into_iter().map(|(sku, quantity)| Item { sku, quantity }).collect();
        Ok(Self { items, account: self.account })
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
    fn baskets_that_mean_the_same_are_equal() {
        let one = basket(&[("tea", 1), ("mug", 1), ("tea", 2)]).sound().unwrap();
        assert_eq!(one, basket(&[("mug", 1), ("tea", 3)]).sound().unwrap());
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
