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
    error::{KafkaError, KafkaResult},
    metadata::{MetadataPartition, MetadataTopic},
};

use crate::lab::look::servers::{ANSWER, reads_to_the_end};

/// What is told of an order that is paid; its records' keys are the orders' ids.
pub(super) const PAID: &str = "orders.paid";

/// The topic holds a day of orders at most.
const READ: Duration = Duration::from_secs(40);
/// The customers are not kept waiting for longer than that.
const BEGIN: Duration = Duration::from_secs(3);

/// The offset of the first record that each partition has.
pub(in crate::lab::sense) type Beginnings = HashMap<i32, i64>;

/// Where the topic begins now; of none of its partitions where Kafka does not answer soon.
pub(in crate::lab::sense) async fn beginnings(brokers: &str) -> Beginnings {
    let brokers = brokers.to_owned();
    // The library blocks its thread.
    let asked = tokio::task::spawn_blocking(move || begin(&reader(&brokers)?));
    match tokio::time::timeout(BEGIN, asked).await {
        Ok(Ok(Ok(found))) => found,
        _ => Beginnings::new(),
    }
}

/// Which of the wanted orders have a record; `None` when records of the run may have been removed since it began. `before`: where the
/// topic began before the first of them was placed, as far as that is known.
pub(super) async fn events(
    brokers: &str,
    wanted: HashSet<String>,
    since_ms: i64,
    before: &Beginnings,
) -> Result<Option<HashSet<String>>, String> {
    let (brokers, before) = (brokers.to_owned(), before.clone());
    // The library blocks its thread.
    let read = tokio::task::spawn_blocking(move || read(&brokers, &wanted, since_ms, &before));
    read.await.map_err(|error| error.to_string())?
}

fn reader(brokers: &str) -> KafkaResult<BaseConsumer> {
    reads_to_the_end(brokers, "audit").create()
}

fn begin(consumer: &BaseConsumer) -> KafkaResult<Beginnings> {
    let metadata = consumer.fetch_metadata(Some(PAID), ANSWER)?;
    let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id);
    let begins = |partition| consumer.fetch_watermarks(PAID, partition, ANSWER).map(|(low, _)| (partition, low));
    partitions.map(begins).collect()
}

fn read(
    brokers: &str,
    wanted: &HashSet<String>,
    since_ms: i64,
    before: &Beginnings,
) -> Result<Option<HashSet<String>>, String> {
    let said = |error: KafkaError| error.to_string();
    let consumer = reader(brokers).map_err(said)?;
    let deadline = Instant::now() + READ;
    let beginnings = begin(&consumer).map_err(said)?;
    if beginnings.is_empty() {
        return Err("it has no partitions".to_owned());
    }
    let mut log = Log::default();
    let mut assignment = TopicPartitionList::new();
    for (partition, low) in beginnings {
        log.open(partition, low, before.get(&partition).copied());
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
    /// Whether its first record is the first that it ever had, or the first that it had before the run.
    whole: bool,
    /// When the first record that is left was written, in milliseconds since 1970.
    first_ms: Option<i64>,
    ended: bool,
}

impl Log {
    fn open(&mut self, partition: i32, low: i64, before: Option<i64>) {
        let whole = low == 0 || before == Some(low);
        self.partitions.insert(partition, Partition { whole, ..Partition::default() });
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
        log_since(low, None, at_ms)
    }

    /// The same, where it is known or not where it began before the run.
    fn log_since(low: i64, before: Option<i64>, at_ms: i64) -> Log {
        let mut log = Log::default();
        log.open(0, low, before);
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
        emptied.open(0, 70, None);
        assert_eq!(emptied.found(500), None);
    }

    /// A record that was taken out of a new lab before the run made all that came after it unknown.
    #[test]
    fn what_was_removed_before_the_run_is_none_of_its_records() {
        let found = Some(HashSet::from(["o-1".to_owned()]));
        assert_eq!(log_since(70, Some(70), 900).found(500), found, "it begins where it began before the run");
        assert_eq!(log_since(70, Some(60), 900).found(500), None, "ten were removed since");
        let mut empty = Log::default();
        empty.open(0, 70, Some(70));
        assert_eq!(empty.found(500), Some(HashSet::new()), "nothing was written, and nothing removed");
    }
}
