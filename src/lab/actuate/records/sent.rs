//! What was sent into a topic, known again by what was written down before the first of it.
//!
//! **Invariant**: reads and never changes; what is not surely one of these is somebody's, and what cannot be asked is not gone.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rdkafka::{
    Message, Offset, Timestamp, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::{KafkaError, KafkaResult, RDKafkaErrorCode},
    message::Headers,
    metadata::MetadataPartition,
};
use serde::{Deserialize, Serialize};

use crate::{
    lab::look::servers::{ANSWER, reads_to_the_end},
    model::op::Letter,
};

/// All partitions are read to the last of these within that time.
const READ: Duration = Duration::from_secs(20);

/// What is sent: whatever becomes of the sender, its records are known by this.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) letter: Letter,
    /// The time that each of them bears, in milliseconds since 1970: the same record from somebody else has another one.
    pub(super) at_ms: i64,
    /// Where each partition ended before.
    pub(super) ends: BTreeMap<i32, i64>,
    /// All of them have arrived.
    pub(super) whole: bool,
}

impl Sent {
    /// What is about to be sent.
    pub(super) fn announced(brokers: &str, letter: Letter) -> KafkaResult<Self> {
        let consumer = reader(brokers)?;
        let mut ends = BTreeMap::new();
        for partition in partitions(&consumer, &letter.topic)? {
            if letter.partition.is_none_or(|only| only == partition) {
                ends.insert(partition, consumer.fetch_watermarks(&letter.topic, partition, ANSWER)?.1);
            }
        }
        if ends.is_empty() {
            return Err(KafkaError::MetadataFetch(RDKafkaErrorCode::UnknownTopicOrPartition));
        }
        let at_ms = Timestamp::now().to_millis().unwrap_or_default();
        Ok(Self { letter, at_ms, ends, whole: false })
    }

    /// The partitions that begin with these, and where in each they end: record after record up to there is one of them.
    pub(super) fn beginnings(&self, brokers: &str) -> KafkaResult<Vec<(i32, i64)>> {
        let (consumer, deadline) = (reader(brokers)?, Instant::now() + READ);
        // A topic that is gone took them with it.
        let there = partitions(&consumer, &self.letter.topic)?;
        let mut found = Vec::new();
        for (partition, end) in self.ends.iter().filter(|(partition, _)| there.contains(partition)) {
            let (first, last) = consumer.fetch_watermarks(&self.letter.topic, *partition, ANSWER)?;
            // What lay there before is somebody's.
            if first >= *end && first < last {
                let upto = self.upto(&reader(brokers)?, *partition, (first, last), deadline)?;
                found.extend((upto > first).then_some((*partition, upto)));
            }
        }
        Ok(found)
    }

    /// The first offset that is not of these.
    fn upto(
        &self,
        consumer: &BaseConsumer,
        partition: i32,
        (first, last): (i64, i64),
        deadline: Instant,
    ) -> KafkaResult<i64> {
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(&self.letter.topic, partition, Offset::Offset(first))?;
        consumer.assign(&assignment)?;
        let (mut next, mut trouble) = (first, KafkaError::NoMessageReceived);
        while next < last {
            if Instant::now() > deadline {
                return Err(trouble);
            }
            match consumer.poll(Duration::from_millis(200)) {
                None => {}
                Some(Ok(record)) if record.offset() == next && self.has(&record) => next += 1,
                Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => break,
                // The library goes on by itself; what it met is told if it does not get there in time.
                Some(Err(error)) => trouble = error,
            }
        }
        Ok(next)
    }

    /// Whether a record is one of these. A topic whose brokers write down the time tells nothing by it.
    fn has(&self, record: &impl Message) -> bool {
        let same =
            |told: Option<&[u8]>, sent: Option<&str>| told.unwrap_or_default() == sent.unwrap_or_default().as_bytes();
        let headers = record.headers().into_iter().flat_map(Headers::iter);
        let headers = headers.map(|header| (header.key, header.value.unwrap_or_default()));
        !matches!(record.timestamp(), Timestamp::CreateTime(at_ms) if at_ms != self.at_ms)
            && same(record.payload(), Some(&self.letter.value))
            && same(record.key(), self.letter.key.as_deref())
            && headers.eq(self.letter.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
    }
}

/// A client that reads to the very end, whoever has a transaction open there.
fn reader(brokers: &str) -> KafkaResult<BaseConsumer> {
    reads_to_the_end(brokers, "admin").set("isolation.level", "read_uncommitted").create()
}

/// A topic's partitions; none when it is gone. Asked for all topics, because one that is asked for by its name may be made by that.
fn partitions(consumer: &BaseConsumer, topic: &str) -> KafkaResult<Vec<i32>> {
    let metadata = consumer.fetch_metadata(None, ANSWER)?;
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else { return Ok(Vec::new()) };
    match found.error() {
        Some(code) => Err(KafkaError::MetadataFetch(code.into())),
        None => Ok(found.partitions().iter().map(MetadataPartition::id).collect()),
    }
}
