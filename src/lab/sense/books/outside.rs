//! The books of those outside of the shop: what the bank holds and what the carrier has taken.
//!
//! Asked as metrics are.
//!
//! **Invariant**: read-only; of several pods any one will do, since they write into one book.

use std::collections::HashMap;

use futures::future::join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt};
use serde::{Deserialize, de::DeserializeOwned};

use crate::lab::sense::{SenseTarget, pods};

/// A card payment that the bank has granted.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Hold {
    /// The key that it was asked for with.
    #[serde(rename = "idempotency_key")]
    pub(super) key: String,
    pub(super) account: String,
    #[serde(rename = "amount_cents")]
    pub(super) cents: i64,
    /// Given back since.
    pub(super) reversed: bool,
}

/// A parcel that the carrier has taken.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Parcel {
    /// By which the carrier knows it.
    #[serde(rename = "parcel")]
    pub(super) number: String,
    #[serde(rename = "order_id")]
    pub(super) order: String,
    /// For whom, if the shop has said so.
    pub(super) account: String,
}

/// What the bank has granted to the accounts that begin like this.
pub(super) async fn holds(target: &SenseTarget, accounts: &str) -> Result<Vec<Hold>, String> {
    list(target, "bank", &format!("accounts/{accounts}/authorisations"), "authorisations").await
}

/// What the carrier has taken for these accounts, and all that it has taken since then (milliseconds since 1970), if that is asked.
pub(super) async fn parcels(
    target: &SenseTarget,
    accounts: &str,
    since_ms: Option<i64>,
) -> Result<Vec<Parcel>, String> {
    let mut taken: Vec<Parcel> = list(target, "carrier", &format!("accounts/{accounts}/parcels"), "parcels").await?;
    if let Some(since_ms) = since_ms {
        taken.extend(list(target, "carrier", &format!("parcels/since/{since_ms}"), "parcels").await?);
    }
    Ok(once(taken))
}

/// Each parcel once, by its number.
fn once(parcels: Vec<Parcel>) -> Vec<Parcel> {
    let known: HashMap<String, Parcel> = parcels.into_iter().map(|one| (one.number.clone(), one)).collect();
    known.into_values().collect()
}

async fn list<T: DeserializeOwned>(
    target: &SenseTarget,
    service: &str,
    path: &str,
    what: &str,
) -> Result<Vec<T>, String> {
    let api: Api<Pod> = Api::namespaced(target.kube.clone(), &target.namespace);
    let pods = pods::of(&api, service).await?;
    let answers = join_all(pods.iter().map(|pod| pods::ask(&target.kube, pod, path))).await;
    let mut why = format!("no pod of {service} runs");
    for (pod, answer) in pods.iter().zip(answers) {
        match answer.and_then(|text| read(&text, what)) {
            Ok(list) => return Ok(list),
            Err(error) => why = format!("pod/{}: {error}", pod.name_any()),
        }
    }
    Err(format!("the book of the {service}: {why}"))
}

fn read<T: DeserializeOwned>(text: &str, what: &str) -> Result<Vec<T>, String> {
    let mut body: HashMap<String, serde_json::Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let list = body.remove(what).ok_or_else(|| format!("an answer without {what}"))?;
    serde_json::from_value(list).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_those_of_the_shop() {
        let holds =
            r#"{"authorisations":[{"idempotency_key":"order-1","account":"r-1","amount_cents":690,"reversed":true}]}"#;
        let holds: Vec<Hold> = read(holds, "authorisations").unwrap();
        assert_eq!((holds[0].key.as_str(), holds[0].cents, holds[0].reversed), ("order-1", 690, true));
        let parcels = r#"{"parcels":[{"at_ms":1,"parcel":"p","order_id":"o","account":"r-1","key":"k"}]}"#;
        assert_eq!(read::<Parcel>(parcels, "parcels").unwrap()[0].order, "o");
        for other in ["{}", "[]", "7", r#"{"parcels":7}"#, ""] {
            assert!(read::<Parcel>(other, "parcels").is_err(), "{other}: an answer of another kind is no empty book");
        }
    }

    #[test]
    fn a_parcel_that_was_told_of_twice_is_one() {
        let parcel = |number: &str| Parcel { number: number.into(), order: "o".into(), account: String::new() };
        assert_eq!(once(vec![parcel("a"), parcel("b"), parcel("a")]).len(), 2);
    }
}
