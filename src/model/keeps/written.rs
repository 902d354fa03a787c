//! `keeps` as an author writes it: `{ id: pool, env: { of: payment, name: DB_POOL_SIZE } }`.
//!
//! **Invariant**: one thing each; an unknown one is refused with what there is.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap as _,
};

use super::{Keeps, Kept};

impl Serialize for Keeps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        let key = self.what.key();
        match &self.what {
            Kept::Env { of, name } => map.serialize_entry(key, &BTreeMap::from([("of", of), ("name", name)]))?,
            Kept::Replicas(text)
            | Kept::Limits(text)
            | Kept::Limited(text)
            | Kept::Container(text)
            | Kept::Setting(text)
            | Kept::Uptime(text)
            | Kept::Config(text)
            | Kept::Retired(text) => map.serialize_entry(key, text)?,
        }
        map.end()
    }
}

/// The keys that `keeps` knows.
const KEYS: &[&str] =
    &["id", "replicas", "limits", "limited", "env", "container", "setting", "uptime", "config", "retired"];

/// A variable of a deployment, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    of: String,
    name: String,
}

impl<'de> Deserialize<'de> for Keeps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOf;
        impl<'de> Visitor<'de> for OneOf {
            type Value = Keeps;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what is kept, such as `{ replicas: payment }`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keeps, A::Error> {
                let (mut id, mut what) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    let next = match key.as_str() {
                        "id" => {
                            id = Some(map.next_value()?);
                            continue;
                        }
                        "replicas" => Kept::Replicas(map.next_value()?),
                        "limits" => Kept::Limits(map.next_value()?),
                        "limited" => Kept::Limited(map.next_value()?),
                        "env" => {
                            let Variable { of, name } = map.next_value()?;
                            Kept::Env { of, name }
                        }
                        "container" => Kept::Container(map.next_value()?),
                        "setting" => Kept::Setting(map.next_value()?),
                        "uptime" => Kept::Uptime(map.next_value()?),
                        "config" => Kept::Config(map.next_value()?),
                        "retired" => Kept::Retired(map.next_value()?),
                        _ => return Err(A::Error::unknown_field(&key, KEYS)),
                    };
                    if what.replace(next).is_some() {
                        return Err(A::Error::custom("keeps: one thing each; write a second `keeps` for another"));
                    }
                }
                let what = what.ok_or_else(|| A::Error::custom("keeps: nothing is named that could be kept"))?;
                Ok(Keeps { id, what })
            }
        }
        deserializer.deserialize_map(OneOf)
    }
}
