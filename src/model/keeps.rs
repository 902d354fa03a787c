//! What a repair must not take away: any fact of a survey, compared with what it was.
//!
//! **Invariant**: one table from what is kept to its facts; a new kind of fact needs no new way of comparing.

mod written;

use std::{collections::BTreeMap, fmt};

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
    /// That a deployment's containers have limits of CPU and memory where they had them, of whatever size.
    Limited(String),
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
    /// A role's password of before its rotation opens no session: a repair must not bring it back.
    Retired(String),
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
            Self::Limited(of) => {
                let limits = facts.deployments.get(of).map(|found| found.limits.keys()).into_iter().flatten();
                limits.map(|name| (name.clone(), "there is one".to_owned())).collect()
            }
            Self::Env { of, name } => {
                let env = facts.deployments.get(of).map(|found| found.env.iter()).into_iter().flatten();
                env.filter(|(key, _)| key.rsplit('/').next() == Some(name))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect()
            }
            Self::Container(of) => {
                facts.deployments.get(of).map(super::facts::Deployment::containers).unwrap_or_default()
            }
            Self::Setting(path) => one(setting(facts, path)),
            Self::Uptime(_) => one(facts.postgres_started.clone()),
            Self::Config(name) => one(facts.configs.get(name).cloned()),
            Self::Retired(role) => one(facts.settings.passwords.get(role).map(|_| {
                let opens = facts.settings.old_passwords.contains(role);
                if opens { "it opens sessions" } else { "it opens none" }.to_owned()
            })),
        }
    }

    /// The part of a survey that knows it.
    pub fn part(&self) -> Part {
        match self {
            Self::Replicas(_) | Self::Limits(_) | Self::Limited(_) | Self::Env { .. } | Self::Container(_) => {
                Part::Deployments
            }
            Self::Setting(path) if path.starts_with("redis/") => Part::Redis,
            Self::Setting(path) if path.starts_with("topic/") => Part::Topics,
            Self::Setting(_) | Self::Uptime(_) => Part::Postgres,
            Self::Config(_) => Part::Configs,
            Self::Retired(_) => Part::Settings,
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
            Self::Limited(_) => "limited",
            Self::Env { .. } => "env",
            Self::Container(_) => "container",
            Self::Setting(_) => "setting",
            Self::Uptime(_) => "uptime",
            Self::Config(_) => "config",
            Self::Retired(_) => "retired",
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
            Self::Limited(of) => write!(f, "limits (of any size) of deployment/{of}"),
            Self::Env { of, name } => write!(f, "{name} of deployment/{of}"),
            Self::Container(of) => write!(f, "what deployment/{of} runs"),
            Self::Setting(path) => f.write_str(path),
            Self::Uptime(server) => write!(f, "uptime of {server}"),
            Self::Config(name) => f.write_str(name),
            Self::Retired(role) => write!(f, "the old password of PostgreSQL role {role}"),
        }
    }
}
