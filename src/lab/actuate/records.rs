//! Records that are put into a topic, and taken out again where that is possible.
//!
//! **Invariant**: deleted is only what was sent here: Kafka deletes from a partition's beginning, so nothing else may lie before.

use std::time::Duration;

use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    admin::AdminOptions,
    consumer::{BaseConsumer, Consumer as _},
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use serde::{Deserialize, Serialize};

use crate::{
    lab::{Lab, error::LabError, look::servers::ANSWER, state::State},
    model::op::Letter,
};

/// The file that remembers where records lie.
const FILE: &str = "records.json";

/// Where records of one partition lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sent {
    topic: String,
    partition: i32,
    offsets: Vec<i64>,
}

impl Lab {
    /// Send a record so often; what is remembered as sent is not sent again.
    pub(super) async fn send_record(&self, letter: &Letter) -> Result<(), LabError> {
        let file = letter.id.as_ref().map(|id| State::kept_file(id, FILE));
        if let Some(file) = &file
            && self.state.read(file)?.is_some()
        {
            return Ok(());
        }
        let failed = |why: String| LabError::Server { tried: format!("send to topic {}", letter.topic), why };
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", self.layout.kafka())
            .set("client.id", "console-producer")
            .set("acks", "all")
            .set("message.timeout.ms", "10000")
            .set("log_level", "0");
        let producer: FutureProducer = config.create().map_err(|error| failed(error.to_string()))?;
        let headers = letter.headers.iter().fold(OwnedHeaders::new(), |headers, (name, value)| {
            headers.insert(Header { key: name, value: Some(value) })
        });
        let mut all: Vec<Sent> = Vec::new();
        for _ in 0..letter.count {
            let mut record: FutureRecord<'_, str, str> = FutureRecord::to(&letter.topic).payload(&letter.value);
            if !letter.headers.is_empty() {
                record = record.headers(headers.clone());
            }
            record.key = letter.key.as_deref();
            record.partition = letter.partition;
            let lies =
                producer.send(record, Duration::from_secs(5)).await.map_err(|(error, _)| failed(error.to_string()))?;
            match all.iter_mut().find(|sent| sent.partition == lies.partition) {
                Some(sent) => sent.offsets.push(lies.offset),
                None => all.push(Sent {
                    topic: letter.topic.clone(),
                    partition: lies.partition,
                    offsets: vec![lies.offset],
                }),
            }
        }
        match file {
            Some(file) => self.state.write(&file, &serde_json::to_string(&all).unwrap_or_default()),
            None => Ok(()),
        }
    }

    /// Delete what was sent, partition by partition, where it lies at the beginning.
    pub(super) async fn remove_records(&self, id: &str) -> Result<(), LabError> {
        let Some(text) = self.state.read(&State::kept_file(id, FILE))? else { return Ok(()) };
        let failed = |why: String| LabError::Server { tried: "delete the records that were sent".to_owned(), why };
        let all: Vec<Sent> = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.layout.kafka()).set("client.id", "admin").set("log_level", "0");
        let consumer: BaseConsumer = config.create().map_err(|error| failed(error.to_string()))?;
        // The library blocks its thread.
        let asked = tokio::task::spawn_blocking(move || {
            let mut cuts = Vec::new();
            for sent in all {
                // A topic that is gone took them with it.
                let Ok((first, _)) = consumer.fetch_watermarks(&sent.topic, sent.partition, ANSWER) else { continue };
                cuts.extend(cut(&sent, first).map(|before| (sent.topic, sent.partition, before)));
            }
            cuts
        });
        let cuts = asked.await.map_err(|error| failed(error.to_string()))?;
        let mut list = TopicPartitionList::new();
        for (topic, partition, before) in &cuts {
            list.add_partition_offset(topic, *partition, Offset::Offset(*before))
                .map_err(|error| failed(error.to_string()))?;
        }
        if !cuts.is_empty() {
            let admin = self.kafka_admin().map_err(|error| failed(error.to_string()))?;
            let options = AdminOptions::new().request_timeout(Some(ANSWER));
            let done = admin.delete_records(&list, &options).await.map_err(|error| failed(error.to_string()))?;
            for one in done.elements() {
                one.error().map_err(|error| failed(error.to_string()))?;
            }
        }
        self.state.forget_kept(id)
    }
}

/// Up to where a partition that begins at `first` can be cut off: as long as record after record is one of these.
fn cut(sent: &Sent, first: i64) -> Option<i64> {
    let mut offsets: Vec<i64> = sent.offsets.iter().copied().filter(|offset| *offset >= first).collect();
    offsets.sort_unstable();
    let ours = offsets.iter().zip(first..).take_while(|(offset, expected)| *offset == expected).count();
    (ours > 0).then(|| first + i64::try_from(ours).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_at_the_beginning_is_cut_off_and_nothing_of_others() {
        let sent = |offsets: &[i64]| Sent { topic: "orders".into(), partition: 0, offsets: offsets.to_vec() };
        assert_eq!(cut(&sent(&[0, 1, 2]), 0), Some(3));
        assert_eq!(cut(&sent(&[7]), 0), None, "others lie before it");
        assert_eq!(cut(&sent(&[7, 9]), 7), Some(8), "another one lies between");
        assert_eq!(cut(&sent(&[3, 4]), 5), None, "deleted by Kafka already");
    }
}
