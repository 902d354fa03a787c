//! Release 1.3.0: labels in batches. A label printer is slow to start, so that records wait two seconds for others and are then
//! worked on in a row; reading goes on meanwhile. A label is numbered within its print run.
//!
//! **Invariant:** records are worked on in the order in which they came; when the process is asked to stop, nobody waits any longer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::host::Host;
use crate::kafka::{Inbox, Received};

/// How long a record waits for others.
const COLLECT: Duration = Duration::from_secs(2);

/// The records that wait.
pub(super) struct Batches {
    waiting: mpsc::UnboundedSender<(Instant, Received)>,
}

impl Batches {
    /// Starts the printer; `work` is done with each record when its time has come.
    pub(super) fn start(host: &Arc<Host>, work: impl Inbox) -> Self {
        let (waiting, mut collected) = mpsc::unbounded_channel::<(Instant, Received)>();
        let host = Arc::clone(host);
        tokio::spawn(async move {
            while let Some((since, record)) = collected.recv().await {
                tokio::select! {
                    () = host.stopped() => {}
                    () = sleep_until(since + COLLECT) => {}
                }
                work.take(record).await;
            }
        });
        Self { waiting }
    }
}

impl Inbox for Batches {
    async fn take(&self, record: Received) {
        if self.waiting.send((Instant::now(), record)).is_err() {
            tracing::error!("no printer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Done(Arc<Mutex<Vec<String>>>);

    impl Inbox for Done {
        async fn take(&self, record: Received) {
            self.0.lock().unwrap().push(record.place);
        }
    }

    impl Done {
        fn count(&self) -> usize {
            self.0.lock().unwrap().len()
        }
    }

    async fn collected() -> (Arc<Host>, Batches, Done) {
        let (host, done) = (Arc::new(Host::from_env("fulfilment").unwrap()), Done::default());
        let batches = Batches::start(&host, done.clone());
        for number in 0..3 {
            batches.take(Received::of(&format!("orders.paid-0-{number}"), b"")).await;
        }
        (host, batches, done)
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_counts_as_read_two_seconds_before_its_work() {
        let (_host, _batches, done) = collected().await;
        tokio::time::sleep(Duration::from_millis(1990)).await;
        assert_eq!(done.count(), 0, "taken, so that the offsets are stored, and nothing done: a kill loses them");
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(*done.0.lock().unwrap(), ["orders.paid-0-0", "orders.paid-0-1", "orders.paid-0-2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_ordinary_stop_loses_nothing() {
        let (host, _batches, done) = collected().await;
        host.stop();
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(done.count(), 3);
    }
}
