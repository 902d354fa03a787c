//! The shop's side of Kafka: topics, a producer that is sure, a consumer that works first and commits after.
//!
//! **Invariant:** by itself, nothing is acknowledged to anybody before it is done: `acks=all` on the way in, and on the way out
//! an offset is committed after the work of its record.

mod consumer;
mod producer;
mod work;

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;

pub(crate) use self::consumer::{Consumer, Inbox, Received};
pub(crate) use self::producer::{Producer, Record};
pub(crate) use self::work::{Handle, Trouble, Work};
use crate::backoff::Backoff;
use crate::config::{self, ConfigError};
use crate::failure::Failure;

/// All topics of the shop, made by whoever needs them first. The role `orders` writes them.
pub(crate) const TOPICS: [&str; 2] = ["orders.placed", "orders.paid"];

/// The brokers, and how topics are made on them.
#[derive(Clone)]
pub(crate) struct Cluster {
    brokers: String,
    partitions: i32,
    replication: i32,
}

impl Cluster {
    /// The cluster that the environment names.
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            brokers: config::required("KAFKA_BROKERS")?,
            partitions: config::number("KAFKA_PARTITIONS", 6)?,
            replication: config::number("KAFKA_REPLICATION", 3)?,
        })
    }

    fn settings(&self) -> ClientConfig {
        let mut settings = ClientConfig::new();
        settings
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "shop")
            .set("socket.keepalive.enable", "true")
            .set("reconnect.backoff.max.ms", "2000")
            // Topics that are made after a client started are seen soon, not after minutes.
            .set("topic.metadata.refresh.interval.ms", "10000");
        settings
    }

    /// A new producer.
    pub(crate) fn producer(&self) -> Result<Producer, Failure> {
        Producer::new(self.settings())
    }

    /// Makes those of the topics that are missing, as long as it takes.
    pub(crate) async fn make_topics(&self) {
        let mut backoff = Backoff::default();
        loop {
            match self.try_make_topics().await {
                Ok(()) => return,
                Err(error) => tracing::warn!(error, "topics will be tried again"),
            }
            backoff.wait().await;
        }
    }

    async fn try_make_topics(&self) -> Result<(), String> {
        let admin: AdminClient<DefaultClientContext> = self.settings().create().map_err(|error| error.to_string())?;
        let minimum = (self.replication - 1).max(1).to_string();
        let topics = TOPICS.iter().map(|name| {
            NewTopic::new(name, self.partitions, TopicReplication::Fixed(self.replication))
                .set("min.insync.replicas", &minimum)
        });
        let topics: Vec<_> = topics.collect();
        let options = AdminOptions::new()
            .operation_timeout(Some(Duration::from_secs(5)))
            .request_timeout(Some(Duration::from_secs(8)));
        let results = admin.create_topics(&topics, &options).await.map_err(|error| error.to_string())?;
        for result in results {
            match result {
                Ok(topic) => tracing::info!(topic, "topic made"),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => return Err(format!("{topic}: {code}")),
            }
        }
        Ok(())
    }
}

fn upstream(error: &dyn std::error::Error) -> Failure {
    Failure::Upstream { service: "kafka", detail: crate::failure::describe(error) }
}
