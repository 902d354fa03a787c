//! Sends records and waits until all in-sync replicas have them.
//!
//! **Invariant:** `send_all` succeeds only when every record is acknowledged; order within a key is the order of the call.

use std::time::Duration;

use futures_util::future::try_join_all;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::upstream;
use crate::failure::Failure;
use crate::server::REQUEST_ID;

/// One thing to tell.
pub(crate) struct Record {
    /// Where.
    pub(crate) topic: String,
    /// What it is about: one key is one order is one partition.
    pub(crate) key: String,
    /// What is said, as JSON.
    pub(crate) payload: String,
    /// The request that caused it.
    pub(crate) request_id: Option<String>,
}

/// A connection that sends.
pub(crate) struct Producer(FutureProducer);

impl Producer {
    pub(super) fn new(mut settings: ClientConfig) -> Result<Self, Failure> {
        settings
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "5")
            .set("message.timeout.ms", "10000");
        settings.create().map(Self).map_err(|error| upstream(&error))
    }

    /// Sends all records together; an error means that some may have arrived.
    pub(crate) async fn send_all(&self, records: impl Iterator<Item = Record>) -> Result<(), Failure> {
        let records: Vec<_> = records.collect();
        let deliveries = records.iter().map(|record| {
            let mut message = FutureRecord::to(&record.topic).key(&record.key).payload(&record.payload);
            if let Some(id) = &record.request_id {
                message = message.headers(OwnedHeaders::new().insert(Header { key: REQUEST_ID, value: Some(id) }));
            }
            self.0.send(message, Duration::from_secs(5))
        });
        try_join_all(deliveries).await.map(drop).map_err(|(error, _)| upstream(&error))
    }
}
