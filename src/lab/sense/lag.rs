//! How far consumer groups are behind, and how far topics have come.
//!
//! **Invariant**: joins no group and commits nothing: whoever asks with a group's name without subscribing is no member of it.
//! What Kafka does not know is an error, never a lag of nothing.

use std::time::{Duration, Instant};

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
};

/// Each consumer group of the shop, and the topic that it works through.
const GROUPS: [(&str, &str); 2] = [("fulfilment", "orders.paid"), ("notification", "orders.placed")];

/// The groups that are behind, in words.
pub(super) async fn behind(brokers: &str) -> Result<Vec<String>, String> {
    let brokers = brokers.to_owned();
    // The library blocks its thread.
    let asked = tokio::task::spawn_blocking(move || -> Result<Vec<String>, String> {
        let mut moving = Vec::new();
        for (group, topic) in GROUPS {
            let client = Client::new(&brokers, Some(group))?;
            let lag = client.lag(Some(topic), None, Within::from_now(Duration::from_secs(4)));
            let lag = lag.map_err(|error| format!("group {group}: {error}"))?;
            if lag > 0 {
                moving.push(format!("group {group} has {lag} records of {topic} to read"));
            }
        }
        Ok(moving)
    });
    asked.await.map_err(|error| error.to_string())?
}

/// A moment by which a question must be answered.
#[derive(Clone, Copy)]
pub(super) struct Within(Instant);

impl Within {
    pub(super) fn from_now(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// What is left of it.
    fn left(self) -> Result<Duration, String> {
        let left = self.0.saturating_duration_since(Instant::now());
        if left.is_zero() { Err("kafka: no answer in time".to_owned()) } else { Ok(left) }
    }
}

/// A connection to the brokers. Its questions block the thread.
pub(super) struct Client {
    group: String,
    consumer: BaseConsumer,
}

impl Client {
    /// Nothing is asked yet. Without a group it can tell of topics only.
    pub(super) fn new(brokers: &str, group: Option<&str>) -> Result<Self, String> {
        let group = group.unwrap_or("admin").to_owned();
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", brokers)
            .set("client.id", "admin")
            .set("group.id", &group)
            .set("enable.auto.commit", "false")
            .set("log_level", "0");
        let consumer = config.create().map_err(|error| explain(&error))?;
        Ok(Self { group, consumer })
    }

    /// How many records a topic has taken, of one partition or of all.
    pub(super) fn end(&self, topic: &str, only: Option<i32>, within: Within) -> Result<i64, String> {
        let partitions = self.partitions(Some(topic), only, within)?;
        partitions.elements().iter().try_fold(0, |sum, one| Ok(sum + self.marks(topic, one.partition(), within)?.1))
    }

    /// How many records the group has still to read: of one partition, of all of a topic, or of all topics that it works through.
    pub(super) fn lag(&self, topic: Option<&str>, only: Option<i32>, within: Within) -> Result<i64, String> {
        let partitions = self.partitions(topic, only, within)?;
        let committed = self.consumer.committed_offsets(partitions, within.left()?).map_err(|error| explain(&error))?;
        let committed: Vec<(String, i32, Offset)> =
            committed.elements().iter().map(|one| (one.topic().to_owned(), one.partition(), one.offset())).collect();
        let meant = self.meant(topic, committed, within)?;
        meant.iter().try_fold(0, |sum, (topic, partition, offset)| {
            let (low, high) = self.marks(topic, *partition, within)?;
            Ok(sum + left(*offset, low, high))
        })
    }

    /// The partitions that the group works through; an error when there is no such group.
    fn meant(
        &self,
        topic: Option<&str>,
        committed: Vec<(String, i32, Offset)>,
        within: Within,
    ) -> Result<Vec<(String, i32, Offset)>, String> {
        let has = |offset: &Offset| matches!(offset, Offset::Offset(_));
        let group = &self.group;
        if !committed.iter().any(|(.., offset)| has(offset)) {
            let known = self.consumer.fetch_group_list(Some(group), within.left()?).map_err(|error| explain(&error))?;
            if known.groups().is_empty() {
                return Err(format!("kafka: there is no group {group}"));
            }
            if topic.is_none() {
                return Err(format!("kafka: group {group} has committed nothing yet"));
            }
        }
        if topic.is_some() {
            return Ok(committed);
        }
        let topics: Vec<String> =
            committed.iter().filter(|(.., offset)| has(offset)).map(|(topic, ..)| topic.clone()).collect();
        Ok(committed.into_iter().filter(|(topic, ..)| topics.contains(topic)).collect())
    }

    /// The partitions of a topic, or of all that are the shop's.
    fn partitions(&self, topic: Option<&str>, only: Option<i32>, within: Within) -> Result<TopicPartitionList, String> {
        // Without a subscription there is nothing to be got: this takes what the library has to say of its connections.
        drop(self.consumer.poll(Duration::ZERO));
        let metadata = self.consumer.fetch_metadata(topic, within.left()?).map_err(|error| explain(&error))?;
        let mut found = TopicPartitionList::new();
        for one in metadata.topics().iter().filter(|one| topic.is_some() || !one.name().starts_with("__")) {
            if let Some(error) = one.error() {
                return Err(format!(
                    "kafka: topic {}: {:?}",
                    one.name(),
                    rdkafka::types::RDKafkaErrorCode::from(error)
                ));
            }
            let meant = one.partitions().iter().filter(|partition| only.is_none_or(|id| id == partition.id()));
            for partition in meant {
                found.add_partition(one.name(), partition.id());
            }
        }
        match (found.count(), topic, only) {
            (0, Some(topic), Some(id)) => Err(format!("kafka: topic {topic} has no partition {id}")),
            (0, ..) => Err(format!("kafka: there is no topic {}", topic.unwrap_or("at all"))),
            _ => Ok(found),
        }
    }

    fn marks(&self, topic: &str, partition: i32, within: Within) -> Result<(i64, i64), String> {
        let marks = self.consumer.fetch_watermarks(topic, partition, within.left()?);
        marks.map_err(|error| format!("kafka: end of {topic} [{partition}]: {}", explain(&error)))
    }
}

fn explain(error: &KafkaError) -> String {
    match error.rdkafka_error_code() {
        Some(code) => format!("kafka: {code}"),
        None => format!("kafka: {error}"),
    }
}

/// Records of a partition that a group has not worked through.
fn left(committed: Offset, low: i64, high: i64) -> i64 {
    match committed {
        Offset::Offset(next) => (high - next.max(low)).max(0),
        // A group that never committed begins at the beginning.
        _ => high - low,
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::{
        consumer::CommitMode,
        mocking::MockCluster,
        producer::{BaseProducer, BaseRecord, Producer as _},
    };

    use super::*;

    /// The library's own brokers in this process: they speak Kafka's protocol over a socket.
    #[test]
    fn what_kafka_does_not_know_is_no_lag_of_nothing() {
        let cluster = MockCluster::new(1).unwrap();
        for topic in ["orders.paid", "orders.placed"] {
            cluster.create_topic(topic, 2, 1).unwrap();
        }
        let brokers = cluster.bootstrap_servers();
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &brokers).set("group.id", "fulfilment").set("log_level", "0");
        let producer: BaseProducer = config.create().unwrap();
        for topic in ["orders.paid", "orders.paid", "orders.paid", "orders.placed"] {
            producer
                .send(BaseRecord::<str, str>::to(topic).partition(0).payload("a"))
                .map_err(|(error, _)| error)
                .unwrap();
        }
        producer.flush(Duration::from_secs(30)).unwrap();
        let consumer: BaseConsumer = config.create().unwrap();
        let mut done = TopicPartitionList::new();
        done.add_partition_offset("orders.paid", 0, Offset::Offset(1)).unwrap();
        consumer.commit(&done, CommitMode::Sync).unwrap();

        let client = Client::new(&brokers, Some("fulfilment")).unwrap();
        let within = || Within::from_now(Duration::from_secs(30));
        assert_eq!(client.lag(Some("orders.paid"), None, within()), Ok(2));
        assert_eq!(client.lag(Some("orders.paid"), Some(1), within()).ok(), None,);
        assert_eq!(client.lag(None, None, within()), Ok(2), "it never worked through orders.placed");
        assert_eq!(client.end("orders.paid", None, within()), Ok(3));
        assert_eq!(client.end("orders.paid", Some(1), within()), Ok(0));
        let why = client.end("orders.paid", Some(7), within()).unwrap_err();
        assert_eq!(why, "kafka: topic orders.paid has no partition 7");
        assert!(client.end("orders.piad", None, within()).is_err());
        assert_eq!(client.lag(None, None, Within::from_now(Duration::ZERO)).unwrap_err(), "kafka: no answer in time");
    }

    #[test]
    fn what_was_removed_or_never_committed_counts_as_it_will_be_read() {
        assert_eq!(left(Offset::Offset(90), 0, 100), 10);
        assert_eq!(left(Offset::Offset(90), 95, 100), 5, "removed records are read by nobody");
        assert_eq!(left(Offset::Invalid, 20, 100), 80);
        assert_eq!(left(Offset::Offset(100), 0, 100), 0);
        assert_eq!(left(Offset::Offset(120), 0, 100), 0, "a log that lost its end has nothing left to read");
    }
}
