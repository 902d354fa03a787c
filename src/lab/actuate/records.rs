//! Records that are put into a topic, and taken out again where that is possible.
//!
//! **Invariant**: what is to be taken out again is written down before the first of it is sent; deleted is only what was sent here:
//! Kafka deletes from a partition's beginning, so nothing else may lie before.

mod sent;

use std::time::Duration;

use futures::future;
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::AdminOptions,
    error::KafkaResult,
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};

use self::sent::Sent;
use crate::{
    lab::{Lab, error::LabError, look::servers::ANSWER, state::State},
    model::op::Letter,
};

/// The file that remembers what was sent.
const FILE: &str = "records.json";
/// So many records are on their way at once: one after the other, each would wait for the library's next batch.
const AT_ONCE: u32 = 1000;
/// How long the library may take to take a record.
const TAKEN: Duration = Duration::from_secs(5);

impl Lab {
    /// Send a record so often; what is remembered as sent is not sent again.
    pub(super) async fn send_record(&self, letter: &Letter) -> Result<(), LabError> {
        let failed = |why: String| LabError::Server { tried: format!("send to topic {}", letter.topic), why };
        let brokers = self.layout.kafka();
        let Some(id) = &letter.id else {
            return send(&brokers, letter, None).await.map_err(|error| failed(error.to_string()));
        };
        let mut sent = match self.sent(id)? {
            Some(sent) if sent.whole => return Ok(()),
            // What did not come to its end is sent anew, and taken out together with that.
            Some(sent) => sent,
            None => {
                let (brokers, letter) = (brokers.clone(), letter.clone());
                // The library blocks its thread.
                let asked = tokio::task::spawn_blocking(move || Sent::announced(&brokers, letter)).await;
                asked.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?
            }
        };
        self.remember(id, &sent)?;
        send(&brokers, letter, Some(sent.at_ms)).await.map_err(|error| failed(error.to_string()))?;
        sent.whole = true;
        self.remember(id, &sent)
    }

    /// Delete what was sent, partition by partition, where it lies at the beginning.
    pub(super) async fn remove_records(&self, id: &str) -> Result<(), LabError> {
        let Some(sent) = self.sent(id)? else { return Ok(()) };
        let failed = |why: String| LabError::Server { tried: "delete the records that were sent".to_owned(), why };
        let (brokers, topic) = (self.layout.kafka(), sent.letter.topic.clone());
        // The library blocks its thread.
        let asked = tokio::task::spawn_blocking(move || sent.beginnings(&brokers)).await;
        let cuts = asked.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        if !cuts.is_empty() {
            self.cut_off(&topic, &cuts).await.map_err(|error| failed(error.to_string()))?;
        }
        self.state.forget_kept(id)
    }

    /// Delete each of these partitions' records up to there.
    async fn cut_off(&self, topic: &str, cuts: &[(i32, i64)]) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        for (partition, before) in cuts {
            list.add_partition_offset(topic, *partition, Offset::Offset(*before))?;
        }
        let options = AdminOptions::new().request_timeout(Some(ANSWER));
        let done = self.kafka_admin()?.delete_records(&list, &options).await?;
        for one in done.elements() {
            one.error()?;
        }
        Ok(())
    }

    /// What is remembered as sent, or on its way.
    fn sent(&self, id: &str) -> Result<Option<Sent>, LabError> {
        let file = State::kept_file(id, FILE);
        let Some(text) = self.state.read(&file)? else { return Ok(None) };
        let what = self.state.path(&file).display().to_string();
        serde_json::from_str(&text).map(Some).map_err(|error| LabError::Malformed { what, why: error.to_string() })
    }

    /// On disk when this returns.
    fn remember(&self, id: &str, sent: &Sent) -> Result<(), LabError> {
        self.state.write(&State::kept_file(id, FILE), &serde_json::to_string(sent).unwrap_or_default())
    }
}

/// Send all records of a letter, many at once; each bears this time, or that at which it is sent.
async fn send(brokers: &str, letter: &Letter, at_ms: Option<i64>) -> KafkaResult<()> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("client.id", "console-producer")
        .set("acks", "all")
        .set("message.timeout.ms", "10000")
        .set("log_level", "0");
    let producer: FutureProducer = config.create()?;
    let mut left = letter.count;
    while left > 0 {
        let now = left.min(AT_ONCE);
        let records = (0..now).map(|_| producer.send(record(letter, at_ms), TAKEN));
        future::try_join_all(records).await.map_err(|(error, _)| error)?;
        left -= now;
    }
    Ok(())
}

/// One of them.
fn record(letter: &Letter, at_ms: Option<i64>) -> FutureRecord<'_, str, str> {
    let mut record: FutureRecord<'_, str, str> = FutureRecord::to(&letter.topic).payload(&letter.value);
    if !letter.headers.is_empty() {
        record.headers = Some(letter.headers.iter().fold(OwnedHeaders::new(), |headers, (name, value)| {
            headers.insert(Header { key: name, value: Some(value) })
        }));
    }
    record.key = letter.key.as_deref();
    record.partition = letter.partition;
    record.timestamp = at_ms;
    record
}

#[cfg(test)]
mod tests;
