//! What the shop sells, as far as its customers know, and whether an answer shows it to them.
//!
//! **Invariant**: whoever is shown the goods could buy them: each that customers ask for has a name and a price.

use std::borrow::Cow;

use serde::Deserialize;

/// Things that the shop sells from its first day.
pub(super) const GOODS: [&str; 4] = ["tea-green", "coffee-dark", "mug-blue", "filter"];

/// Whether these are the shop's goods: a window that somebody has painted lacks some of them, or what they cost.
pub(super) fn are_shown(body: &[u8]) -> bool {
    let Ok(Shelf { products }) = serde_json::from_slice(body) else { return false };
    GOODS.iter().all(|sku| products.iter().any(|product| product.sku == *sku && product.is_for_sale()))
}

/// What a visitor sees.
#[derive(Deserialize)]
struct Shelf<'a> {
    #[serde(borrow)]
    products: Vec<Product<'a>>,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    price_cents: i64,
}

impl Product<'_> {
    fn is_for_sale(&self) -> bool {
        !self.name.trim().is_empty() && self.price_cents > 0
    }
}

/// A shop window, with more in it than customers ask for.
#[cfg(test)]
pub(super) const WINDOW: &str = r#"{"products":[
    {"sku":"coffee-dark","name":"Coffee, dark roast, 250 g","price_cents":890},
    {"sku":"filter","name":"Paper filters, 100","price_cents":450,"looks":17},
    {"sku":"kettle","name":"Kettle, \"the tall one\"","price_cents":4900},
    {"sku":"mug-blue","name":"Mug, blue","price_cents":1250},
    {"sku":"tea-green","name":"Green tea, 100 g","price_cents":690}]}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goods_are_shown_by_name_and_price() {
        assert!(are_shown(WINDOW.as_bytes()));
        let with = |part: &str, instead: &str| {
            assert!(WINDOW.contains(part), "{part}");
            are_shown(WINDOW.replace(part, instead).as_bytes())
        };
        assert!(!with("tea-green", "tea-grey"), "one that customers ask for is not there");
        assert!(!with(":690", ":0") && !with(":690", ":\"690\""), "nobody gives anything away");
        assert!(!with("Mug, blue", " "));
        assert!(with(":4900", ":0"), "what nobody asks for may cost nothing");
    }

    #[test]
    fn a_window_that_is_painted_shows_nothing() {
        for painted in [
            r#"{"products":[]}"#,
            r#"{"products":[0]}"#,
            r#"{"products":[{"sku":"sale","name":"Everything","price_cents":1}]}"#,
            "<html>",
            "",
        ] {
            assert!(!are_shown(painted.as_bytes()), "{painted}");
        }
    }
}
