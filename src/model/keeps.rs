//! What a repair must not take away: any fact of a survey, compared with what it was.
//!
//! **Invariant**: one table from what is kept to its facts; a new kind of fact needs no new way of comparing.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap as _,
};

use super::facts::{Facts, Part};

/// One thing that is kept, and how findings call it.
#[derive(Clone, Debug, PartialEq)]
pub struct Keeps {
    /// As the scenario names it; `keeps` when left out.
    pub id: Option<String>,
    /// What.
    pub what: Kept,
}

/// What is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// At least as many pods of a deployment as before.
    Replicas(String),
    /// A deployment's limits of CPU and memory.
    Limits(String),
    /// A plain environment variable of a deployment.
    Env {
        /// The deployment's name.
        of: String,
        /// The variable's name.
        name: String,
    },
    /// What a deployment's containers run: image, command, arguments, probes, mounts.
    Container(String),
    /// A server's setting: `postgres/max_connections`, `redis/maxmemory`, `topic/orders.paid/retention.ms`.
    Setting(String),
    /// PostgreSQL's primary was not restarted.
    Uptime(String),
    /// A configuration as before: `configmap/nginx`.
    Config(String),
}

/// What there is to be kept, by name, and the value of each; a number where less is worse and more is fine.
pub type Values = BTreeMap<String, String>;

impl Keeps {
    /// How findings call it.
    pub fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| "keeps".to_owned())
    }

    /// Whether a survey knows of it.
    pub fn is_known(&self, facts: &Facts) -> bool {
        !self.what.values(facts).is_empty()
    }
}

impl Kept {
    /// The facts that are meant; none when the survey has none of them.
    pub fn values(&self, facts: &Facts) -> Values {
        let one = |value: Option<String>| value.into_iter().map(|value| (String::new(), value)).collect();
        match self {
            Self::Replicas(of) => one(facts.deployments.get(of).map(|found| found.replicas.to_string())),
            Self::Limits(of) => facts.deployments.get(of).map(|found| found.limits.clone()).unwrap_or_default(),
            Self::Env { of, name } => {
                let env = facts.deployments.get(of).map(|found| found.env.iter()).into_iter().flatten();
                env.filter(|(key, _)| key.rsplit('/').next() == Some(name)).map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            Self::Container(of) => facts.deployments.get(of).map(super::facts::Deployment::containers).unwrap_or_default(),
            Self::Setting(path) => one(setting(facts, path)),
            Self::Uptime(_) => one(facts.postgres_started.clone()),
            Self::Config(name) => one(facts.configs.get(name).cloned()),
        }
    }

    /// The part of a survey that knows it.
    pub fn part(&self) -> Part {
        match self {
            Self::Replicas(_) | Self::Limits(_) | Self::Env { .. } | Self::Container(_) => Part::Deployments,
            Self::Setting(path) if path.starts_with("redis/") => Part::Redis,
            Self::Setting(path) if path.starts_with("topic/") => Part::Topics,
            Self::Setting(_) | Self::Uptime(_) => Part::Postgres,
            Self::Config(_) => Part::Configs,
        }
    }

    /// Whether more than before is as good as the same.
    pub fn may_grow(&self) -> bool {
        matches!(self, Self::Replicas(_))
    }

    fn key(&self) -> &'static str {
        match self {
            Self::Replicas(_) => "replicas",
            Self::Limits(_) => "limits",
            Self::Env { .. } => "env",
            Self::Container(_) => "container",
            Self::Setting(_) => "setting",
            Self::Uptime(_) => "uptime",
            Self::Config(_) => "config",
        }
    }
}

fn setting(facts: &Facts, path: &str) -> Option<String> {
    let (server, rest) = path.split_once('/')?;
    match server {
        "postgres" => facts.postgres_settings.get(rest).cloned(),
        "redis" => facts.redis.get(rest).cloned(),
        "topic" => {
            let (topic, key) = rest.split_once('/')?;
            facts.topics.get(topic)?.config.get(key).cloned()
        }
        _ => None,
    }
}

impl fmt::Display for Keeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replicas(of) => write!(f, "replicas of deployment/{of}"),
            Self::Limits(of) => write!(f, "limits of deployment/{of}"),
            Self::Env { of, name } => write!(f, "{name} of deployment/{of}"),
            Self::Container(of) => write!(f, "what deployment/{of} runs"),
            Self::Setting(path) => f.write_str(path),
            Self::Uptime(server) => write!(f, "uptime of {server}"),
            Self::Config(name) => f.write_str(name),
        }
    }
}

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
            | Kept::Container(text)
            | Kept::Setting(text)
            | Kept::Uptime(text)
            | Kept::Config(text) => map.serialize_entry(key, text)?,
        }
        map.end()
    }
}

/// The keys that `keeps` knows.
const KEYS: &[&str] = &["id", "replicas", "limits", "env", "container", "setting", "uptime", "config"];

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
                        "env" => {
                            let Variable { of, name } = map.next_value()?;
                            Kept::Env { of, name }
                        }
                        "container" => Kept::Container(map.next_value()?),
                        "setting" => Kept::Setting(map.next_value()?),
                        "uptime" => Kept::Uptime(map.next_value()?),
                        "config" => Kept::Config(map.next_value()?),
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
