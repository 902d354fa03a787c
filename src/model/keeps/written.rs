//! `keeps` as an author writes it: `{ id: pool, env: { of: payment, name: DB_POOL_SIZE } }`.
//!
//! **Invariant**: one thing each; an unknown one is refused with what there is.

use std::fmt;

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
            Kept::Env { of, name } => map.serialize_entry(key, &Variable::of(of, name, None))?,
            Kept::AtMost { of, name, most } => map.serialize_entry(key, &Variable::of(of, name, Some(*most)))?,
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
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    name: String,
    of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most: Option<u32>,
}

impl Variable {
    fn of(of: &str, name: &str, most: Option<u32>) -> Self {
        Self { name: name.to_owned(), of: of.to_owned(), most }
    }
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
                        "env" => match map.next_value::<Variable>()? {
                            Variable { name, of, most: None } => Kept::Env { of, name },
                            Variable { name, of, most: Some(most) } => Kept::AtMost { of, name, most },
                        },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            r#"{"id":"pool","env":{"name":"DB_POOL_SIZE","of":"payment"}}"#,
            r#"{"id":"patience","env":{"name":"PEER_TIMEOUT_MS","of":"storefront","most":8000}}"#,
            r#"{"limited":"orders"}"#,
        ] {
            let keeps: Keeps = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&keeps).unwrap(), text);
        }
        assert!(serde_json::from_str::<Keeps>(r#"{"env":{"name":"A","of":"b","least":1}}"#).is_err());
    }
}
