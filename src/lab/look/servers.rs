//! What Redis, Kafka and the StatefulSets are set to.
//!
//! **Invariant**: looks and never touches; Kafka's own topics are none of it.

use std::{collections::BTreeMap, time::Duration};

use k8s_openapi::api::apps::v1::StatefulSet as KubeStatefulSet;
use kube::{Api, api::ListParams};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, ConfigSource, ResourceSpecifier},
    client::DefaultClientContext,
    error::KafkaResult,
};

use crate::lab::{Lab, cluster::kube::within, error::LabError, layout::NAMESPACE};
use crate::model::facts::{StatefulSet, Topic};

/// How long Kafka may take to answer.
pub(in crate::lab) const ANSWER: Duration = Duration::from_secs(5);
/// The parameters that decide what Redis forgets and refuses.
const PARAMETERS: [&str; 4] = ["maxmemory", "maxmemory-policy", "appendonly", "save"];
/// Where a fault puts Redis' keys aside.
pub(in crate::lab) const ASIDE: usize = 15;

/// What a Kafka client is told that reads partitions to their ends; it joins no group and commits nothing.
pub(in crate::lab) fn reads_to_the_end(brokers: &str, name: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", name)
        // The library wants a group's name even from those who join none.
        .set("group.id", name)
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("log_level", "0");
    config
}

impl Lab {
    /// StatefulSets by name.
    pub(in crate::lab) async fn stateful_sets(&self) -> Result<BTreeMap<String, StatefulSet>, LabError> {
        let api = Api::<KubeStatefulSet>::namespaced(self.kube.clone(), NAMESPACE);
        let list = within(10, "list stateful sets", api.list(&ListParams::default())).await?;
        let count = |number: Option<i32>, otherwise| u32::try_from(number.unwrap_or(otherwise)).unwrap_or(0);
        let found = list.items.into_iter().map(|set| {
            let replicas = count(set.spec.and_then(|spec| spec.replicas), 1);
            let ready = count(set.status.and_then(|status| status.ready_replicas), 0);
            (set.metadata.name.unwrap_or_default(), StatefulSet { replicas, ready })
        });
        Ok(found.collect())
    }

    /// Redis' parameters, and where its keys are.
    pub(in crate::lab) async fn redis_settings(&self) -> Result<BTreeMap<String, String>, LabError> {
        let work = async {
            let mut connection = self.redis_connection().await?;
            let mut get = redis::cmd("CONFIG");
            get.arg("GET").arg(&PARAMETERS);
            let mut found: BTreeMap<String, String> =
                get.query_async(&mut connection).await.map_err(|error| error.to_string())?;
            let mut keyspace = redis::cmd("INFO");
            let keyspace: String =
                keyspace.arg("keyspace").query_async(&mut connection).await.map_err(|error| error.to_string())?;
            if keyspace.lines().any(|line| line.starts_with(&format!("db{ASIDE}:"))) {
                found.insert("keys".to_owned(), "aside".to_owned());
            }
            Ok(found)
        };
        work.await.map_err(|why| LabError::Kube { tried: "read Redis' settings".to_owned(), why })
    }

    /// A connection to Redis' primary that does not wait for ever.
    pub(in crate::lab) async fn redis_connection(&self) -> Result<redis::aio::MultiplexedConnection, String> {
        let client = self.redis()?;
        let connection = tokio::time::timeout(ANSWER, client.get_multiplexed_async_connection()).await;
        let mut connection =
            connection.map_err(|_| "no answer within 5 s".to_owned())?.map_err(|error| error.to_string())?;
        connection.set_response_timeout(Duration::from_mins(1));
        Ok(connection)
    }

    /// A client for Kafka's admin protocol.
    pub(in crate::lab) fn kafka_admin(&self) -> KafkaResult<AdminClient<DefaultClientContext>> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.layout.kafka()).set("client.id", "admin").set("log_level", "0");
        config.create()
    }

    /// The shop's topics.
    pub(in crate::lab) async fn topics(&self) -> Result<BTreeMap<String, Topic>, LabError> {
        let failed = |why: String| LabError::Kube { tried: "read Kafka's topics".to_owned(), why };
        let admin = self.kafka_admin().map_err(|error| failed(error.to_string()))?;
        // The library blocks its thread.
        let asked = tokio::task::spawn_blocking(move || {
            let metadata = admin.inner().fetch_metadata(None, ANSWER);
            (admin, metadata)
        });
        let (admin, metadata) = asked.await.map_err(|error| failed(error.to_string()))?;
        let metadata = metadata.map_err(|error| failed(error.to_string()))?;
        let mut topics = BTreeMap::new();
        for topic in metadata.topics().iter().filter(|topic| !topic.name().starts_with("__")) {
            let mut partitions: Vec<_> = topic.partitions().iter().collect();
            partitions.sort_by_key(|partition| partition.id());
            let replicas = partitions.iter().map(|partition| partition.replicas().to_vec()).collect();
            let leaders = partitions.iter().map(|partition| partition.leader()).collect();
            topics.insert(topic.name().to_owned(), Topic { config: BTreeMap::new(), replicas, leaders });
        }
        let names: Vec<String> = topics.keys().cloned().collect();
        let specifiers: Vec<_> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        let options = AdminOptions::new().request_timeout(Some(ANSWER));
        let described = admin.describe_configs(&specifiers, &options).await;
        let described = described.map_err(|error| failed(error.to_string()))?;
        for (name, found) in names.iter().zip(described) {
            let found = found.map_err(|code| failed(code.to_string()))?;
            let own = found.entries.into_iter().filter(|entry| entry.source == ConfigSource::DynamicTopic);
            let config = own.filter_map(|entry| Some((entry.name, entry.value?))).collect();
            topics.entry(name.clone()).and_modify(|topic| topic.config = config);
        }
        Ok(topics)
    }
}
