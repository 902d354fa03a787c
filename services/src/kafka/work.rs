//! Does the work of a record, as often as it takes, or keeps the record aside.
//!
//! **Invariant:** a record leaves here done or kept aside, never given up.

use std::sync::Arc;

use super::consumer::{Inbox, Received};
use crate::backoff::Backoff;
use crate::failure::Failure;
use crate::host::Host;
use crate::server::on_behalf_of;

/// Why a record's work was not done.
#[derive(Debug)]
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

/// Works on each record before the next one comes.
pub(crate) struct Work<H> {
    host: Arc<Host>,
    topic: &'static str,
    handler: H,
}

impl<H: Handle> Work<H> {
    /// The work that `handler` does with the records of `topic`.
    pub(crate) fn new(host: &Arc<Host>, topic: &'static str, handler: H) -> Self {
        Self { host: Arc::clone(host), topic, handler }
    }

    fn count(&self, outcome: &str) {
        self.host.metrics.records.with_label_values(&[self.topic, outcome]).inc();
    }

    async fn finish(&self, place: &str, payload: &[u8]) {
        let mut backoff = Backoff::default();
        loop {
            let trouble = match self.handler.handle(payload).await {
                Ok(()) => return self.count("done"),
                Err(Trouble::Later(failure)) => failure,
                Err(Trouble::Never(reason)) => {
                    tracing::error!(place, reason, "record kept aside");
                    match self.handler.keep_aside(place, payload, &reason).await {
                        Ok(()) => return self.count("kept aside"),
                        Err(failure) => failure,
                    }
                }
            };
            tracing::warn!(error = %trouble, detail = trouble.detail(), place, "record will be tried again");
            self.count("tried again");
            backoff.wait().await;
        }
    }
}

impl<H: Handle> Inbox for Work<H> {
    /// Returns when the record is done or kept aside, however long that takes.
    async fn take(&self, record: Received) {
        on_behalf_of(record.request_id, self.finish(&record.place, &record.payload)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Is asked in vain so many times; then it says `never` or is done.
    struct Stubborn {
        in_vain: usize,
        never: bool,
        asked: AtomicUsize,
        kept: AtomicUsize,
    }

    impl Handle for Stubborn {
        async fn handle(&self, _: &[u8]) -> Result<(), Trouble> {
            match self.asked.fetch_add(1, Ordering::Relaxed) {
                asked if asked < self.in_vain => Err(Trouble::Later(Failure::PoolTimeout)),
                _ if self.never => Err(Trouble::Never("nonsense".to_owned())),
                _ => Ok(()),
            }
        }

        async fn keep_aside(&self, place: &str, _: &[u8], reason: &str) -> Result<(), Failure> {
            assert_eq!((place, reason), ("orders.paid-0-7", "nonsense"));
            self.kept.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    async fn worked(in_vain: usize, never: bool) -> (usize, usize, String) {
        let host = Arc::new(Host::from_env("fulfilment").unwrap());
        let handler = Stubborn { in_vain, never, asked: AtomicUsize::new(0), kept: AtomicUsize::new(0) };
        let work = Work::new(&host, "orders.paid", handler);
        work.take(Received::of("orders.paid-0-7", b"{")).await;
        let (asked, kept) = (work.handler.asked.into_inner(), work.handler.kept.into_inner());
        (asked, kept, host.metrics.text())
    }

    #[tokio::test(start_paused = true)]
    async fn trouble_that_passes_is_waited_out() {
        let (asked, kept, metrics) = worked(20, false).await;
        assert_eq!((asked, kept), (21, 0));
        assert!(metrics.contains(r#"kafka_records_total{outcome="tried again",topic="orders.paid"} 20"#), "{metrics}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_can_work_with_is_kept_aside_once() {
        let (asked, kept, metrics) = worked(0, true).await;
        assert_eq!((asked, kept), (1, 1));
        assert!(metrics.contains(r#"kafka_records_total{outcome="kept aside",topic="orders.paid"} 1"#), "{metrics}");
    }
}
