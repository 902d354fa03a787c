//! Which orders Kafka has an event of, read from the beginning of the topic to its present end.
//!
//! **Invariant**: joins no group and commits nothing; a topic whose records of this run may have been removed by age or size says
//! so instead of nothing.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    metadata::{MetadataPartition, MetadataTopic},
};

use crate::lab::look::servers::{ANSWER, reads_to_the_end};

/// What is told of an order that is paid; its records' keys are the orders' ids.
pub(super) const PAID: &str = "orders.paid";

/// The topic holds a day of orders at most.
const READ: Duration = Duration::from_secs(40);

/// Which of the wanted orders have a record; `None` when records of the run may have been removed since it began.
pub(super) async fn events(
    brokers: &str,
    wanted: HashSet<String>,
    since_ms: i64,
) -> Result<Option<HashSet<String>>, String> {
    let brokers = brokers.to_owned();
    // The library blocks its thread.
    let read = tokio::task::spawn_blocking(move || read(&brokers, &wanted, since_ms));
    read.await.map_err(|error| error.to_string())?
}

fn read(brokers: &str, wanted: &HashSet<String>, since_ms: i64) -> Result<Option<HashSet<String>>, String> {
    let said = |error: KafkaError| error.to_string();
    let consumer: BaseConsumer = reads_to_the_end(brokers, "audit").create().map_err(said)?;
    let deadline = Instant::now() + READ;
    let metadata = consumer.fetch_metadata(Some(PAID), ANSWER).map_err(said)?;
    let partitions: Vec<i32> =
        metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id).collect();
    if partitions.is_empty() {
        return Err("it has no partitions".to_owned());
    }
    let mut log = Log::default();
    let mut assignment = TopicPartitionList::new();
    for partition in partitions {
        let (low, _) = consumer.fetch_watermarks(PAID, partition, ANSWER).map_err(said)?;
        log.open(partition, low);
        assignment.add_partition_offset(PAID, partition, Offset::Beginning).map_err(said)?;
    }
    consumer.assign(&assignment).map_err(said)?;
    let mut trouble = None;
    while !log.is_read() {
        if Instant::now() > deadline {
            let why = trouble.map_or_else(String::new, |error: KafkaError| format!(": {error}"));
            return Err(format!("not read to its end within {} s{why}", READ.as_secs()));
        }
        match consumer.poll(Duration::from_millis(200)) {
            None => {}
            Some(Ok(record)) => log.record(record.partition(), record.key(), record.timestamp().to_millis(), wanted),
            Some(Err(KafkaError::PartitionEOF(partition))) => log.end(partition),
            // The library goes on by itself; what it met is told if it does not get there in time.
            Some(Err(error)) => trouble = Some(error),
        }
    }
    Ok(log.found(since_ms))
}

/// What was read of each partition.
#[derive(Default)]
struct Log {
    partitions: HashMap<i32, Partition>,
    found: HashSet<String>,
}

#[derive(Default)]
struct Partition {
    /// Whether its first record is the first that it ever had.
    whole: bool,
    /// When the first record that is left was written, in milliseconds since 1970.
    first_ms: Option<i64>,
    ended: bool,
}

impl Log {
    fn open(&mut self, partition: i32, low: i64) {
        self.partitions.insert(partition, Partition { whole: low == 0, ..Partition::default() });
    }

    fn record(&mut self, partition: i32, key: Option<&[u8]>, at_ms: Option<i64>, wanted: &HashSet<String>) {
        let partition = self.partitions.entry(partition).or_default();
        partition.first_ms = partition.first_ms.or(at_ms);
        if let Some(id) = key.and_then(|key| std::str::from_utf8(key).ok()).filter(|id| wanted.contains(*id)) {
            self.found.insert(id.to_owned());
        }
    }

    fn end(&mut self, partition: i32) {
        self.partitions.entry(partition).or_default().ended = true;
    }

    fn is_read(&self) -> bool {
        self.partitions.values().all(|partition| partition.ended)
    }

    fn found(self, since_ms: i64) -> Option<HashSet<String>> {
        let since = |partition: &Partition| partition.whole || partition.first_ms.is_some_and(|first| first < since_ms);
        self.partitions.values().all(since).then_some(self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One partition whose log begins at this offset, with a record of order o-1 written at that time.
    fn log(low: i64, at_ms: i64) -> Log {
        let mut log = Log::default();
        log.open(0, low);
        assert!(!log.is_read());
        log.record(0, Some(b"o-1"), Some(at_ms), &["o-1".to_owned()].into());
        log.record(0, Some(b"other"), Some(at_ms + 1), &["o-1".to_owned()].into());
        log.end(0);
        assert!(log.is_read());
        log
    }

    #[test]
    fn a_record_that_is_not_there_proves_nothing_once_records_were_removed_during_the_run() {
        let found = Some(HashSet::from(["o-1".to_owned()]));
        assert_eq!(log(0, 900).found(500), found, "whole from its first day");
        assert_eq!(log(70, 400).found(500), found, "older records only were removed");
        assert_eq!(log(70, 900).found(500), None);
        let mut emptied = Log::default();
        emptied.open(0, 70);
        assert_eq!(emptied.found(500), None);
    }
}
