//! What a repair must not take away: any fact of a survey, compared with what it was.
//!
//! **Invariant**: one table from what is kept to its facts; a new kind of fact needs no new way of comparing.

mod written;

use std::{collections::BTreeMap, fmt};

use super::{
    facts::{Facts, Part},
    quantity::quantity,
};

/// A limit above this holds nothing back: it is eight times what a service of the shop has, and more than most nodes have to give.
const LARGEST: [(&str, &str); 2] = [("cpu", "8"), ("memory", "2Gi")];

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
    /// That a deployment's containers have limits of CPU and memory where they had them, of whatever size that still is a limit.
    Limited(String),
    /// A plain environment variable of a deployment.
    Env {
        /// The deployment's name.
        of: String,
        /// The variable's name.
        name: String,
    },
    /// A plain environment variable of a deployment is not set, or to a number that is not above this.
    AtMost {
        /// The deployment's name.
        of: String,
        /// The variable's name.
        name: String,
        /// The largest number that is fine.
        most: u32,
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
                let limits = facts.deployments.get(of).map(|found| found.limits.iter()).into_iter().flatten();
                limits.filter_map(|(name, limit)| Some((name.clone(), largest(name, limit)?))).collect()
            }
            Self::Env { of, name } => {
                let env = facts.deployments.get(of).map(|found| found.env.iter()).into_iter().flatten();
                env.filter(|(key, _)| key.rsplit('/').next() == Some(name))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect()
            }
            Self::AtMost { of, name, most } => one(facts.deployments.get(of).map(|found| {
                let mut set = found.env.iter().filter(|(key, _)| key.rsplit('/').next() == Some(name));
                let above = set.find(|(_, value)| !value.parse::<u32>().is_ok_and(|value| value <= *most));
                above.map_or_else(|| format!("{most} at most"), |(_, value)| value.clone())
            })),
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
            Self::Replicas(_)
            | Self::Limits(_)
            | Self::Limited(_)
            | Self::Env { .. }
            | Self::AtMost { .. }
            | Self::Container(_) => Part::Deployments,
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
            Self::Env { .. } | Self::AtMost { .. } => "env",
            Self::Container(_) => "container",
            Self::Setting(_) => "setting",
            Self::Uptime(_) => "uptime",
            Self::Config(_) => "config",
            Self::Retired(_) => "retired",
        }
    }
}

/// What a limit must not be larger than, in words; none where it is, because it is none.
fn largest(name: &str, limit: &str) -> Option<String> {
    let resource = name.rsplit('/').next().unwrap_or(name);
    let Some((_, most)) = LARGEST.iter().find(|(known, _)| *known == resource) else {
        return Some("there is one".to_owned());
    };
    let is_one = quantity(limit).zip(quantity(most)).is_none_or(|(limit, most)| limit <= most);
    is_one.then(|| format!("{most} at most"))
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
            Self::Limited(of) => write!(f, "limits (of any size that is one) of deployment/{of}"),
            Self::Env { of, name } => write!(f, "{name} of deployment/{of}"),
            Self::AtMost { of, name, most } => write!(f, "{name} ({most} at most) of deployment/{of}"),
            Self::Container(of) => write!(f, "what deployment/{of} runs"),
            Self::Setting(path) => f.write_str(path),
            Self::Uptime(server) => write!(f, "uptime of {server}"),
            Self::Config(name) => f.write_str(name),
            Self::Retired(role) => write!(f, "the old password of PostgreSQL role {role}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Deployment;

    fn orders(limits: &[(&str, &str)], env: &[(&str, &str)]) -> Facts {
        let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let orders = Deployment { limits: text(limits), env: text(env), ..Deployment::default() };
        Facts { deployments: [("orders".to_owned(), orders)].into(), ..Facts::default() }
    }

    /// `--limits=cpu=1000` was a limit.
    #[test]
    fn a_limit_that_is_larger_than_a_node_is_none() {
        let limited = |pairs: &[(&str, &str)]| Kept::Limited("orders".into()).values(&orders(pairs, &[]));
        let before = limited(&[("orders/cpu", "1"), ("orders/memory", "128Mi")]);
        assert_eq!(before["orders/cpu"], "8 at most");
        assert_eq!(limited(&[("orders/cpu", "500m"), ("orders/memory", "2Gi")]), before);
        let too_large = limited(&[("orders/cpu", "1000"), ("orders/memory", "64Gi")]);
        assert!(too_large.is_empty(), "{too_large:?}");
        assert_eq!(limited(&[("orders/ephemeral-storage", "900Gi")]).len(), 1, "of others nothing is known");
    }

    #[test]
    fn a_variable_may_be_set_and_not_above_its_bound() {
        let what = Kept::AtMost { of: "orders".into(), name: "WAIT_MS".into(), most: 8000 };
        let told = |env: &[(&str, &str)]| what.values(&orders(&[], env)).remove("").unwrap();
        assert_eq!(told(&[]), "8000 at most");
        assert_eq!(told(&[("orders/WAIT_MS", "8000"), ("orders/OTHER", "90000")]), told(&[]));
        assert_eq!(told(&[("orders/WAIT_MS", "15000")]), "15000");
        assert_eq!(told(&[("orders/WAIT_MS", "for ever")]), "for ever");
        assert!(!Keeps { id: None, what: what.clone() }.is_known(&Facts::default()));
    }
}
