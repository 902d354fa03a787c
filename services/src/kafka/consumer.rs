//! Reads records one by one, does the work of each, and only then lets its offset be committed.
//!
//! **Invariant:** an offset is stored after the work of its record is done or the record is kept aside; so a record may
//! come twice, and never not at all.

use std::sync::Arc;

use axum::http::HeaderValue;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};

use super::{Cluster, upstream};
use crate::backoff::Backoff;
use crate::failure::Failure;
use crate::host::Host;
use crate::server::{REQUEST_ID, on_behalf_of};

/// Why a record's work was not done.
pub(crate) enum Trouble {
    /// Not now; the same record is tried again.
    Later(Failure),
    /// Not ever; the record is kept aside and the next one has its turn.
    Never(String),
}

/// The work of a consumer.
pub(crate) trait Handle: Send + Sync + 'static {
    /// Does the work of one record; it may come again.
    fn handle(&self, payload: &[u8]) -> impl Future<Output = Result<(), Trouble>> + Send;
    /// Keeps a record that nobody can work with where a person finds it.
    fn keep_aside(&self, place: &str, payload: &[u8], reason: &str)
    -> impl Future<Output = Result<(), Failure>> + Send;
}

/// One member of a consumer group.
pub(crate) struct Consumer<H> {
    /// The process.
    pub(crate) host: Arc<Host>,
    /// The brokers.
    pub(crate) cluster: Cluster,
    /// The group that shares the work.
    pub(crate) group: &'static str,
    /// What is read.
    pub(crate) topic: &'static str,
    /// What is done.
    pub(crate) handler: H,
}

impl<H: Handle> Consumer<H> {
    /// Works until the process stops, then leaves the group so that others take over at once.
    pub(crate) async fn run(self) {
        let mut backoff = Backoff::default();
        loop {
            tokio::select! {
                () = self.host.stopped() => return,
                trouble = self.consume() => {
                    tracing::warn!(error = %trouble, detail = trouble.detail(), group = self.group, "consumer starts again");
                }
            }
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
            self.work(&message).await;
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

    /// Returns when the record is done or kept aside, however long that takes.
    async fn work(&self, message: &BorrowedMessage<'_>) {
        let id = request_id(message);
        let payload = message.payload().unwrap_or_default();
        let mut backoff = Backoff::default();
        on_behalf_of(id, async {
            loop {
                let trouble = match self.handler.handle(payload).await {
                    Ok(()) => return self.count("done"),
                    Err(Trouble::Later(failure)) => failure,
                    Err(Trouble::Never(reason)) => {
                        let place = format!("{}-{}-{}", self.topic, message.partition(), message.offset());
                        tracing::error!(place, reason, "record kept aside");
                        match self.handler.keep_aside(&place, payload, &reason).await {
                            Ok(()) => return self.count("kept aside"),
                            Err(failure) => failure,
                        }
                    }
                };
                tracing::warn!(error = %trouble, detail = trouble.detail(), topic = self.topic, "record will be tried again");
                self.count("tried again");
                backoff.wait().await;
            }
        })
        .await;
    }

    fn count(&self, outcome: &str) {
        self.host.metrics.records.with_label_values(&[self.topic, outcome]).inc();
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
