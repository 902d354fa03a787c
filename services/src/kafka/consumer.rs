//! Reads records one by one, hands each over, and only then lets its offset be committed.
//!
//! **Invariant:** an offset is stored after the inbox has taken its record, and not before; what taking means is the inbox's.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};

use super::{Cluster, upstream};
use crate::backoff::Backoff;
use crate::failure::Failure;
use crate::host::Host;
use crate::server::REQUEST_ID;

/// Within the drain, so that the process does not end first.
const LAST_RECORD: Duration = Duration::from_secs(2);

/// One record as it came.
pub(crate) struct Received {
    /// Topic, partition and offset.
    pub(crate) place: String,
    /// The request that caused it.
    pub(crate) request_id: HeaderValue,
    /// What it says.
    pub(crate) payload: Vec<u8>,
}

/// Who takes records over from a consumer.
pub(crate) trait Inbox: Send + Sync + 'static {
    /// Takes one record over. When this returns, the group counts the record as read, and it does not come again.
    fn take(&self, record: Received) -> impl Future<Output = ()> + Send;
}

/// One member of a consumer group.
pub(crate) struct Consumer<I> {
    /// The process.
    pub(crate) host: Arc<Host>,
    /// The brokers.
    pub(crate) cluster: Cluster,
    /// The group that shares the work.
    pub(crate) group: &'static str,
    /// What is read.
    pub(crate) topic: &'static str,
    /// Who takes it.
    pub(crate) inbox: I,
}

impl<I: Inbox> Consumer<I> {
    /// Works in the background once topics and tables are there; readiness waits for both.
    pub(crate) fn start(self, migrated: tokio::task::JoinHandle<()>) {
        let need = self.host.needs("kafka topics");
        tokio::spawn(async move {
            self.cluster.make_topics().await;
            let _ = migrated.await;
            need.met();
            self.run().await;
        });
    }

    /// Works until the process stops, then leaves the group so that others take over at once.
    async fn run(self) {
        let mut backoff = Backoff::default();
        loop {
            let trouble = self.consume().await;
            if self.host.is_stopping() {
                return;
            }
            tracing::warn!(error = %trouble, detail = trouble.detail(), group = self.group, "consumer starts again");
            backoff.wait().await;
        }
    }

    async fn consume(&self) -> Failure {
        let consumer: StreamConsumer = match self.open() {
            Ok(consumer) => consumer,
            Err(failure) => return failure,
        };
        loop {
            let message = tokio::select! {
                () = self.host.stopped() => return leave(&consumer),
                message = consumer.recv() => message,
            };
            let message = match message {
                Ok(message) => message,
                Err(error) => return upstream(&error),
            };
            if !finished(&self.host, self.inbox.take(self.received(&message))).await {
                return leave(&consumer);
            }
            if let Err(error) = consumer.store_offset_from_message(&message) {
                // The partition went to another member while we worked; it will do this record again.
                tracing::info!(%error, "offset not stored");
            }
        }
    }

    fn open(&self) -> Result<StreamConsumer, Failure> {
        let consumer: StreamConsumer = self
            .cluster
            .settings()
            .set("group.id", self.group)
            .set("enable.auto.offset.store", "false")
            .set("auto.commit.interval.ms", "1000")
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", "10000")
            .create()
            .map_err(|error| upstream(&error))?;
        consumer.subscribe(&[self.topic]).map_err(|error| upstream(&error))?;
        Ok(consumer)
    }

    fn received(&self, message: &BorrowedMessage<'_>) -> Received {
        Received {
            place: format!("{}-{}-{}", self.topic, message.partition(), message.offset()),
            request_id: request_id(message),
            payload: message.payload().unwrap_or_default().to_vec(),
        }
    }
}

/// Does one record's work to its end, and says whether it came to it: from the moment the process is asked to stop on it has
/// [`LAST_RECORD`]. What is left half done comes again, to another member, who cannot know how far it came.
async fn finished(host: &Host, work: impl Future<Output = ()>) -> bool {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        () = &mut work => true,
        () = host.stopped() => tokio::time::timeout(LAST_RECORD, work).await.is_ok(),
    }
}

fn leave(consumer: &StreamConsumer) -> Failure {
    // Without offsets to commit this is an error that says so; the work is safe either way.
    let _ = consumer.commit_consumer_state(CommitMode::Sync);
    Failure::Upstream { service: "kafka", detail: "left the group".to_owned() }
}

fn request_id(message: &BorrowedMessage<'_>) -> HeaderValue {
    let header = message.headers().and_then(|headers| headers.iter().find(|header| header.key == REQUEST_ID));
    header.and_then(|header| HeaderValue::from_bytes(header.value?).ok()).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
impl Received {
    pub(crate) fn of(place: &str, payload: &[u8]) -> Self {
        Self { place: place.to_owned(), request_id: HeaderValue::from_static("none"), payload: payload.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It was dropped in the middle: the carrier had the parcel, and the record came again.
    #[tokio::test(start_paused = true)]
    async fn a_record_that_is_under_way_is_finished_when_the_process_is_asked_to_stop() {
        let host = Host::from_env("fulfilment").unwrap();
        host.stop();
        assert!(finished(&host, tokio::time::sleep(LAST_RECORD / 2)).await);
        assert!(!finished(&host, std::future::pending()).await, "one without an end is given up");
    }
}
