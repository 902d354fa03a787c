//! Customers as an author writes them: a rate alone, or in full.
//!
//! **Invariant**: a name without `journey` is the name of a journey; what is neither is refused with what there is.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Customers, Journey, Keys, Promise, Retries, Stage};
use crate::model::units::{Rate, Span};

/// Customers as they are written in full.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::model) struct InFull {
    journey: Option<Journey>,
    rate: Rate,
    ramp: Option<Span>,
    #[serde(default)]
    stages: Vec<Stage>,
    timeout: Option<Span>,
    retries: Option<Retries>,
    #[serde(default)]
    keys: Keys,
    #[serde(default)]
    keyless: bool,
    #[serde(default)]
    may_wait: bool,
    #[serde(default)]
    promises: BTreeMap<Promise, Span>,
}

/// A rate alone, or customers in full.
enum Written {
    Rate(Rate),
    InFull(Box<InFull>),
}

impl<'de> Deserialize<'de> for Customers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read("", Written::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Written;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rate such as `1200/s`, or customers in full: `{ journey: checkout, rate: 15/s }`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Written, E> {
                text.parse().map(Written::Rate).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
                InFull::deserialize(MapAccessDeserializer::new(map)).map(|full| Written::InFull(Box::new(full)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

pub(super) fn by_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Customers>, D::Error> {
    let written = BTreeMap::<String, Written>::deserialize(deserializer)?;
    written
        .into_iter()
        .map(|(name, written)| Ok((name.clone(), read(&name, written).map_err(serde::de::Error::custom)?)))
        .collect()
}

fn read(name: &str, written: Written) -> Result<Customers, String> {
    let named = Journey::ALL.into_iter().find(|journey| journey.word() == name);
    let no_journey = || {
        let known: Vec<_> = Journey::ALL.iter().map(|journey| format!("`{}`", journey.word())).collect();
        format!(
            "customers `{name}`: nobody knows what they do: name them as one of {}, or add `journey`",
            known.join(", ")
        )
    };
    match written {
        Written::Rate(rate) => named.map(|journey| Customers::new(journey, rate)).ok_or_else(no_journey),
        Written::InFull(full) => {
            let journey = full.journey.or(named).ok_or_else(no_journey)?;
            Ok(Customers {
                journey,
                rate: full.rate,
                ramp: full.ramp,
                stages: full.stages,
                timeout: full.timeout,
                retries: full.retries,
                keys: full.keys,
                keyless: full.keyless,
                may_wait: full.may_wait,
                promises: full.promises,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_wait_says_so_and_nobody_else_does() {
        let waits: Customers = serde_json::from_str(r#"{"journey":"browse","rate":"4/s","may-wait":true}"#).unwrap();
        assert!(waits.may_wait);
        let text = serde_json::to_string(&waits).unwrap();
        assert_eq!(serde_json::from_str::<Customers>(&text).unwrap(), waits);
        let others = serde_json::to_string(&Customers::new(Journey::Browse, waits.rate)).unwrap();
        assert!(!others.contains("may-wait"), "{others}");
    }
}
