//! Release 1.1.0: what the most people have looked at comes first.
//!
//! Each look counts less the older it is, and each person once for each product, which SQL tells badly: the looks of one product
//! after the other are read and counted here.
//!
//! **Invariant:** every product is in the answer, looked at or not.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt as _;
use serde_json::Value;

use crate::failure::Failure;
use crate::pool::Pool;

/// A look counts half after so long.
const HALF_LIFE_S: f64 = 24.0 * 3600.0;

/// What is for sale, in the order in which people are interested in it.
pub(super) async fn ranked(pool: &Pool, products: Value) -> Result<Value, Failure> {
    let statement = "select account, extract(epoch from now() - at)::float8 from catalog.looks where sku = $1";
    let skus = products.as_array().into_iter().flatten().filter_map(|product| product["sku"].as_str());
    let connection = pool.get().await?;
    let mut interest = Interest::default();
    for sku in skus {
        let mut rows = pin!(connection.query_raw(statement, &[&sku]).await?);
        while let Some(row) = rows.try_next().await? {
            interest.look(sku, row.get(0), row.get(1));
        }
    }
    Ok(interest.rank(products))
}

/// How much each product interests each person.
#[derive(Default)]
struct Interest(HashMap<String, HashMap<String, f64>>);

impl Interest {
    fn look(&mut self, sku: &str, account: &str, age_s: f64) {
        let weight = 0.5_f64.powf(age_s.max(0.0) / HALF_LIFE_S);
        let of = self.0.entry(sku.to_owned()).or_default().entry(account.to_owned()).or_default();
        *of = of.max(weight);
    }

    fn of(&self, product: &Value) -> f64 {
        let people = product["sku"].as_str().and_then(|sku| self.0.get(sku));
        people.map_or(0.0, |people| people.values().sum())
    }

    /// The products, the most interesting first; as they were where nobody looked.
    fn rank(&self, products: Value) -> Value {
        let Value::Array(mut all) = products else { return products };
        all.sort_by(|one, other| self.of(other).total_cmp(&self.of(one)));
        Value::Array(all)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn skus(ranked: &Value) -> Vec<&str> {
        ranked.as_array().unwrap().iter().map(|product| product["sku"].as_str().unwrap()).collect()
    }

    #[test]
    fn more_people_are_more_than_more_looks() {
        let mut interest = Interest::default();
        (0..9).for_each(|_| interest.look("tray", "one", 0.0));
        interest.look("mug", "one", 0.0);
        interest.look("mug", "another", 0.0);
        let products = json!([{ "sku": "spoon" }, { "sku": "tray" }, { "sku": "mug" }]);
        assert_eq!(skus(&interest.rank(products)), ["mug", "tray", "spoon"]);
    }

    #[test]
    fn an_old_look_counts_less() {
        let mut interest = Interest::default();
        interest.look("tray", "one", 3.0 * HALF_LIFE_S);
        interest.look("mug", "one", 60.0);
        assert_eq!(skus(&interest.rank(json!([{ "sku": "tray" }, { "sku": "mug" }]))), ["mug", "tray"]);
    }
}
