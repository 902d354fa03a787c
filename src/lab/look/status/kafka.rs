//! Kafka: are all brokers in, has every partition a leader, are its replicas in sync.
//!
//! **Invariant**: asked over the ports that a person uses, broker by broker, by the client library's own metadata.

use std::time::Duration;

use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer as _},
    metadata::Metadata,
};

use super::{Component, ask};
use crate::lab::Lab;

/// A little less than the deadline, so that the library's own words are heard.
const ANSWER: Duration = Duration::from_millis(2_800);

pub(super) async fn probe(lab: &Lab) -> Vec<Component> {
    let brokers = lab.layout.kafka();
    let question = async {
        // The library blocks its thread.
        let asked = tokio::task::spawn_blocking(move || question(&brokers)).await;
        asked.unwrap_or_else(|error| Err(error.to_string()))
    };
    vec![ask("kafka", question).await]
}

fn question(brokers: &str) -> Result<String, String> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("client.id", "droplab").set("log_level", "0");
    let consumer: BaseConsumer = config.create().map_err(|error| error.to_string())?;
    let metadata = consumer.fetch_metadata(None, ANSWER).map_err(|error| error.to_string())?;
    judge(&Counts::of(&metadata))
}

/// What of the metadata decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    brokers: usize,
    partitions: usize,
    leaderless: usize,
    out_of_sync: usize,
}

impl Counts {
    fn of(metadata: &Metadata) -> Self {
        let partitions = metadata.topics().iter().flat_map(rdkafka::metadata::MetadataTopic::partitions);
        let mut counts = Self { brokers: metadata.brokers().len(), ..Self::default() };
        for partition in partitions {
            counts.partitions += 1;
            counts.leaderless += usize::from(partition.leader() < 0);
            counts.out_of_sync += usize::from(partition.isr().len() < partition.replicas().len());
        }
        counts
    }
}

fn judge(counts: &Counts) -> Result<String, String> {
    let Counts { brokers, partitions, leaderless, out_of_sync } = *counts;
    let told = format!(
        "{brokers} of 3 brokers, {partitions} partitions, {leaderless} without a leader, {out_of_sync} not in sync"
    );
    if brokers >= 3 && leaderless == 0 && out_of_sync == 0 {
        return Ok(format!("{brokers} brokers, {partitions} partitions in sync"));
    }
    Err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_or_a_replica_that_is_away_is_not_ready() {
        let whole = Counts { brokers: 3, partitions: 18, leaderless: 0, out_of_sync: 0 };
        assert_eq!(judge(&whole).unwrap(), "3 brokers, 18 partitions in sync");
        assert!(judge(&Counts { brokers: 2, ..whole }).is_err());
        assert!(judge(&Counts { leaderless: 1, ..whole }).is_err());
        assert!(judge(&Counts { out_of_sync: 4, ..whole }).unwrap_err().contains("4 not in sync"));
    }
}
