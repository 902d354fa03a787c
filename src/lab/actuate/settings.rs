//! Settings of servers, set through each server's own protocol.
//!
//! **Invariant**: setting what is set already changes nothing; what is gone is left gone.

use k8s_openapi::api::apps::v1::StatefulSet;
use kube::{Api, api::Patch};
use rdkafka::admin::{AdminOptions, AlterConfig, ResourceSpecifier};
use serde_json::json;

use crate::{
    lab::{
        Lab,
        cluster::kube::guard,
        error::LabError,
        layout::NAMESPACE,
        look::servers::{ANSWER, ASIDE},
        node::{sandbox, shell},
    },
    model::setting::Setting,
};

/// Puts Redis' keys aside, unless some are there already: in one moment for every client.
const PUT_ASIDE: &str = "redis.call('SELECT', ARGV[1])
if redis.call('DBSIZE') > 0 then return 0 end
redis.call('SWAPDB', 0, ARGV[1])
return 1";

/// Brings them back; a key that is there anew is newer, and stays (`MOVE` writes nothing over).
const BRING_BACK: &str = "redis.call('SELECT', ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('MOVE', key, 0) end
redis.call('FLUSHDB')
return 1";

/// The order of a partition's replicas, and then its preferred leader: with Kafka's tools, beside a broker. A tool that finds
/// the leader elected already says so, and fails.
const REORDER: &str = include_str!("reorder.sh");

impl Lab {
    pub(super) async fn set(&self, setting: &Setting, value: Option<&str>) -> Result<(), LabError> {
        match setting {
            // Some cannot be set at all, not even to what they are.
            Setting::Redis(name) if self.redis_parameter(name).await?.as_deref() == value => Ok(()),
            Setting::Redis(name) => self.set_redis(name, value.unwrap_or_default()).await,
            Setting::RedisKeys => {
                let script = if value.is_some() { PUT_ASIDE } else { BRING_BACK };
                self.tell_redis(redis::cmd("EVAL").arg(script).arg(0).arg(ASIDE)).await
            }
            Setting::Topic { topic, key } => self.set_topic(topic, key, value).await,
            Setting::Replicas { topic, partition } => {
                let (partition, order) = (partition.to_string(), value.unwrap_or_default());
                let which = [("topic", topic.as_str()), ("partition", &partition), ("order", order)];
                self.set_beside_a_broker(setting, &shell::script(REORDER, &which)).await
            }
            Setting::Pods(set) => self.set_pods(set, value.and_then(|value| value.parse().ok()).unwrap_or(0)).await,
            Setting::Postgres { server, name, restart } => {
                self.alter_server(setting, (server, name), value, *restart).await
            }
            Setting::Role { role, name } => self.alter_role(role, name, value).await,
            Setting::Password { role, kept } => self.rotate(role, kept, value.is_some()).await,
            Setting::ConfigMap { map, key } => self.set_config(map, key, value).await,
            Setting::Checksum(deployment) => self.set_checksum(deployment, value).await,
            Setting::Limit { deployment, resource } => self.set_limit(deployment, resource, value).await,
        }
    }

    /// A value that Redis would tell otherwise than it was given could not be known again by the heal: it is refused, and not left in.
    async fn set_redis(&self, name: &str, value: &str) -> Result<(), LabError> {
        let set = |value: &str| {
            let mut set = redis::cmd("CONFIG");
            set.arg("SET").arg(name).arg(value);
            set
        };
        let before = self.redis_parameter(name).await?;
        self.tell_redis(&set(value)).await?;
        let now = self.redis_parameter(name).await?;
        if Setting::Redis(name.to_owned()).same(now.as_deref(), Some(value)) {
            return Ok(());
        }
        self.tell_redis(&set(before.as_deref().unwrap_or_default())).await?;
        let why = format!("Redis makes `{}` of `{value}`: say it as Redis does", now.unwrap_or_default());
        Err(LabError::Server { tried: format!("set {name} of Redis"), why })
    }

    /// Kafka's `AlterConfigs` replaces all that a topic has of its own: what it has already is said again with it.
    async fn set_topic(&self, topic: &str, key: &str, value: Option<&str>) -> Result<(), LabError> {
        let failed = |why: String| LabError::Kube { tried: format!("set {key} of topic {topic}"), why };
        let Some(mut config) = self.topics().await?.remove(topic).map(|topic| topic.config) else { return Ok(()) };
        match value {
            Some(value) => drop(config.insert(key.to_owned(), value.to_owned())),
            None => drop(config.remove(key)),
        }
        let admin = self.kafka_admin().map_err(|error| failed(error.to_string()))?;
        let alter = AlterConfig::new(ResourceSpecifier::Topic(topic));
        let alter = config.iter().fold(alter, |alter, (key, value)| alter.set(key, value));
        let options = AdminOptions::new().request_timeout(Some(ANSWER));
        let done = admin.alter_configs(&[alter], &options).await.map_err(|error| failed(error.to_string()))?;
        done.into_iter().try_for_each(|one| one.map(drop).map_err(|(_, code)| failed(code.to_string())))
    }

    async fn set_pods(&self, set: &str, pods: u32) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let api = Api::<StatefulSet>::namespaced(self.kube.clone(), NAMESPACE);
        self.handle.change(&api, set, Patch::Merge, json!({ "spec": { "replicas": pods } })).await
    }

    /// Set something by a script with Kafka's tools, in the container of a broker that runs.
    async fn set_beside_a_broker(&self, setting: &Setting, script: &str) -> Result<(), LabError> {
        let facts = self.handle.population().await?;
        let mut why = "no broker runs".to_owned();
        for broker in facts.pods.iter().filter(|pod| pod.service == "kafka") {
            let inside = sandbox::inside(&broker.uid, "kafka", script);
            match self.handle.step(setting, &broker.node, &inside).await {
                Ok(_) => return Ok(()),
                Err(error) => why = error.to_string(),
            }
        }
        Err(LabError::Kube { tried: "run Kafka's tools".to_owned(), why })
    }
}
