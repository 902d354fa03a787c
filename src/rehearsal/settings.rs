//! Settings of a fake lab, and its tables.
//!
//! **Invariant**: what is set is what a survey finds; taken away, it is as if it had never been there.

use std::collections::BTreeMap;

use super::world::World;
use crate::model::{facts::StatefulSet, setting::Setting};

impl World {
    pub(super) fn set(&mut self, setting: &Setting, value: Option<String>) {
        let settings = &mut self.facts.settings;
        match setting {
            Setting::Redis(name) if settings.redis.contains_key(name) => put(&mut settings.redis, name, value),
            Setting::Redis(name) => put(&mut self.facts.redis, name, value),
            Setting::RedisKeys => put(&mut self.facts.redis, "keys", value),
            Setting::Topic { topic, key } => {
                put(&mut self.facts.topics.entry(topic.clone()).or_default().config, key, value);
            }
            Setting::Replicas { topic, partition } => {
                let found = self.facts.topics.get_mut(topic).and_then(|topic| topic.replicas.get_mut(*partition));
                if let (Some(replicas), Some(value)) = (found, value) {
                    *replicas = value.split(',').filter_map(|id| id.parse().ok()).collect();
                }
            }
            Setting::Pods(set) => {
                let pods = value.and_then(|value| value.parse().ok()).unwrap_or(0);
                self.facts.stateful_sets.insert(set.clone(), StatefulSet { replicas: pods, ready: pods });
            }
            Setting::Postgres { server, name, .. } => put_in(&mut settings.postgres, server, name, value),
            Setting::Role { role, name } => put_in(&mut settings.roles, role, name, value),
            // The mark of the password before is the role's own name here.
            Setting::Password { role, .. } => {
                settings.passwords.insert(role.clone(), value.unwrap_or_else(|| role.clone()));
            }
            Setting::ConfigMap { map, key } => put_in(&mut settings.configs, map, key, value),
            Setting::Checksum(deployment) => {
                settings.checksums.insert(deployment.clone(), value.unwrap_or_default());
            }
            Setting::Limit { deployment, resource } => put_in(&mut settings.limits, deployment, resource, value),
        }
    }

    /// Another definition for each, the one before put aside.
    pub(super) fn change_tables(&mut self, id: &str, tables: &[String]) {
        let copy = self.copies.entry(id.to_owned()).or_default();
        for table in tables {
            let Some(found) = self.facts.settings.tables.get_mut(table) else { continue };
            copy.entry(table.clone()).or_insert_with(|| found.clone());
            "changed".clone_into(&mut found.definition);
        }
    }
}

fn put(map: &mut BTreeMap<String, String>, key: &str, value: Option<String>) {
    match value {
        Some(value) => drop(map.insert(key.to_owned(), value)),
        None => drop(map.remove(key)),
    }
}

fn put_in(maps: &mut BTreeMap<String, BTreeMap<String, String>>, whose: &str, key: &str, value: Option<String>) {
    put(maps.entry(whose.to_owned()).or_default(), key, value);
}
