//! How far the shop's consumers are behind.
//!
//! **Invariant**: joins no group and commits nothing: whoever asks with a group's name without subscribing is no member of it.

use std::time::Duration;

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    metadata::MetadataTopic,
};

/// Each consumer group of the shop, and the topic that it works through.
const GROUPS: [(&str, &str); 2] = [("fulfilment", "orders.paid"), ("notification", "orders.placed")];

/// One answer of a broker.
const ANSWER: Duration = Duration::from_secs(2);

/// The groups that are behind, in words.
pub(super) async fn behind(brokers: &str) -> Result<Vec<String>, String> {
    let brokers = brokers.to_owned();
    // The library blocks its thread.
    let asked = tokio::task::spawn_blocking(move || -> Result<Vec<String>, String> {
        let mut moving = Vec::new();
        for (group, topic) in GROUPS {
            let lag = lag(&brokers, group, topic).map_err(|error| format!("group {group}: {error}"))?;
            if lag > 0 {
                moving.push(format!("group {group} has {lag} records of {topic} to read"));
            }
        }
        Ok(moving)
    });
    asked.await.map_err(|error| error.to_string())?
}

/// How many records a group has still to read, or, without a group, how many the topic has taken; of one partition, or of all.
pub(super) async fn of(brokers: &str, group: Option<&str>, topic: &str, partition: Option<i32>) -> Result<f64, String> {
    let (brokers, topic) = (brokers.to_owned(), topic.to_owned());
    let (named, end) = (group.unwrap_or("admin").to_owned(), group.is_none());
    let asked = tokio::task::spawn_blocking(move || records(&brokers, &named, &topic, partition, end));
    let count = asked.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    #[expect(clippy::cast_precision_loss, reason = "offsets of a lab stay far below 2^52")]
    Ok(count as f64)
}

fn lag(brokers: &str, group: &str, topic: &str) -> Result<i64, KafkaError> {
    records(brokers, group, topic, None, false)
}

fn records(brokers: &str, group: &str, topic: &str, only: Option<i32>, end: bool) -> Result<i64, KafkaError> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", "admin")
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("log_level", "0");
    let consumer: BaseConsumer = config.create()?;
    let metadata = consumer.fetch_metadata(Some(topic), ANSWER)?;
    let mut partitions = TopicPartitionList::new();
    for partition in
        metadata.topics().iter().flat_map(MetadataTopic::partitions).filter(|one| only.is_none_or(|id| id == one.id()))
    {
        partitions.add_partition(topic, partition.id());
    }
    if end {
        return partitions.elements().iter().try_fold(0, |sum, partition| {
            Ok(sum + consumer.fetch_watermarks(topic, partition.partition(), ANSWER)?.1)
        });
    }
    let committed = consumer.committed_offsets(partitions, ANSWER)?;
    committed.elements().iter().try_fold(0, |sum, partition| {
        let (low, high) = consumer.fetch_watermarks(topic, partition.partition(), ANSWER)?;
        Ok(sum + left(partition.offset(), low, high))
    })
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
    use super::*;

    #[test]
    fn what_was_removed_or_never_committed_counts_as_it_will_be_read() {
        assert_eq!(left(Offset::Offset(90), 0, 100), 10);
        assert_eq!(left(Offset::Offset(90), 95, 100), 5, "removed records are read by nobody");
        assert_eq!(left(Offset::Invalid, 20, 100), 80);
        assert_eq!(left(Offset::Offset(100), 0, 100), 0);
        assert_eq!(left(Offset::Offset(120), 0, 100), 0, "a log that lost its end has nothing left to read");
    }
}
