//! Release 2.9.0: calls to the bank wait in line for one of four workers. The bank had asked for few calls at a time, and a
//! call that has begun is finished, so that no authorisation is left half done when a caller goes away.
//!
//! **Invariant:** first come, first served; every call that was taken into the line is answered or, past its bound, refused.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use prometheus::IntGauge;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;

use crate::config::{self, ConfigError};
use crate::failure::Failure;
use crate::log::Limit;
use crate::server;

/// Calls to the bank at one time.
const WORKERS: usize = 4;

/// A call that left the line later than this is worth a line in the log.
const LATE: Duration = Duration::from_secs(1);

/// How long the line may get, in calls and in time; none is no bound.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bounds {
    /// The most calls that wait: `BANK_QUEUE_LIMIT`.
    pub(crate) calls: Option<usize>,
    /// The longest that one waits: `BANK_QUEUE_DEADLINE_MS`.
    pub(crate) wait: Option<Duration>,
}

impl Bounds {
    pub(super) fn from_env() -> Result<Self, ConfigError> {
        let wait = config::number_if_set("BANK_QUEUE_DEADLINE_MS")?.map(Duration::from_millis);
        Ok(Self { calls: config::number_if_set("BANK_QUEUE_LIMIT")?, wait })
    }
}

/// The line, and its workers behind it.
pub(crate) struct Line<W> {
    calls: mpsc::UnboundedSender<Call<W>>,
    bounds: Bounds,
    waiting: IntGauge,
}

struct Call<W> {
    wanted: W,
    since: Instant,
    on_behalf_of: HeaderValue,
    answer: oneshot::Sender<Result<String, Failure>>,
}

impl<W: Send + 'static> Line<W> {
    /// Starts the workers; each makes one `call` after the other.
    pub(crate) fn start<F, C>(bounds: Bounds, waiting: IntGauge, call: C) -> Self
    where
        C: Fn(W) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<String, Failure>> + Send,
    {
        let (calls, line) = mpsc::unbounded_channel();
        let (line, limit) = (Arc::new(Mutex::new(line)), Arc::new(Limit::new()));
        for _ in 0..WORKERS {
            let (line, limit, waiting, call) = (Arc::clone(&line), Arc::clone(&limit), waiting.clone(), call.clone());
            tokio::spawn(async move {
                while let Some(next) = next(&line).await {
                    waiting.dec();
                    work(next, bounds, &limit, &waiting, &call).await;
                }
            });
        }
        Self { calls, bounds, waiting }
    }

    /// Waits for its turn and for the answer. The call stays in line when the caller goes away.
    pub(crate) async fn call(&self, wanted: W) -> Result<String, Failure> {
        let waiting = usize::try_from(self.waiting.get()).unwrap_or_default();
        if self.bounds.calls.is_some_and(|most| waiting >= most) {
            return Err(refused(format!("{waiting} calls wait already")));
        }
        let (answer, answered) = oneshot::channel();
        let on_behalf_of = server::request_id().unwrap_or(HeaderValue::from_static("none"));
        self.waiting.inc();
        let gone = || refused("nobody works".to_owned());
        self.calls.send(Call { wanted, since: Instant::now(), on_behalf_of, answer }).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn next<W>(line: &Mutex<mpsc::UnboundedReceiver<Call<W>>>) -> Option<Call<W>> {
    line.lock().await.recv().await
}

async fn work<W, F, C>(next: Call<W>, bounds: Bounds, limit: &Limit, waiting: &IntGauge, call: &C)
where
    C: Fn(W) -> F,
    F: Future<Output = Result<String, Failure>>,
{
    let waited = next.since.elapsed();
    let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
    if waited > LATE {
        if let Some(suppressed) = limit.pass() {
            let request_id = next.on_behalf_of.to_str().ok();
            tracing::warn!(waited_ms, waiting = waiting.get(), request_id, suppressed, "bank call waited");
        }
    }
    let answer = if bounds.wait.is_some_and(|longest| waited > longest) {
        Err(refused(format!("waited {waited_ms} ms")))
    } else {
        server::on_behalf_of(next.on_behalf_of, call(next.wanted)).await
    };
    // Nobody may be there any more to hear it.
    let _ = next.answer.send(answer);
}

fn refused(detail: String) -> Failure {
    Failure::Upstream { service: "bank", detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const CALL: Duration = Duration::from_millis(100);

    fn line(bounds: Bounds) -> (Arc<Line<u32>>, Arc<AtomicUsize>, IntGauge) {
        let made = Arc::new(AtomicUsize::new(0));
        let waiting = IntGauge::new("bank_queue_length", "waiting").unwrap();
        let count = Arc::clone(&made);
        let call = move |number: u32| {
            let count = Arc::clone(&count);
            async move {
                tokio::time::sleep(CALL).await;
                count.fetch_add(1, Ordering::Relaxed);
                Ok(format!("auth-{number}"))
            }
        };
        (Arc::new(Line::start(bounds, waiting.clone(), call)), made, waiting)
    }

    fn many(line: &Arc<Line<u32>>, count: u32) -> Vec<tokio::task::JoinHandle<Result<String, Failure>>> {
        let one = |number| {
            let line = Arc::clone(line);
            tokio::spawn(async move { line.call(number).await })
        };
        (0..count).map(one).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn four_at_a_time_and_each_gets_its_own_answer() {
        let (line, _, waiting) = line(Bounds::default());
        let began = Instant::now();
        let callers = many(&line, 12);
        tokio::time::sleep(CALL / 2).await;
        assert_eq!(waiting.get(), 8);
        for (number, caller) in callers.into_iter().enumerate() {
            assert_eq!(caller.await.unwrap().unwrap(), format!("auth-{number}"));
        }
        assert_eq!((began.elapsed(), waiting.get()), (CALL * 3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_outlives_its_caller() {
        let (line, made, _) = line(Bounds::default());
        for caller in many(&line, 12) {
            tokio::task::yield_now().await;
            caller.abort();
        }
        tokio::time::sleep(CALL * 4).await;
        assert_eq!(made.load(Ordering::Relaxed), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_line_refuses_at_once() {
        let (line, made, _) = line(Bounds { calls: Some(2), wait: None });
        let mut refused = 0;
        let callers = many(&line, 4);
        tokio::task::yield_now().await;
        for caller in callers.into_iter().chain(many(&line, 6)) {
            refused += usize::from(caller.await.unwrap().is_err());
        }
        assert!(refused >= 2 && made.load(Ordering::Relaxed) + refused == 10, "{refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_too_long_costs_the_bank_nothing() {
        let (line, made, _) = line(Bounds { calls: None, wait: Some(CALL * 3 / 2) });
        let mut granted = 0;
        for caller in many(&line, 40) {
            granted += usize::from(caller.await.unwrap().is_ok());
        }
        assert_eq!((granted, made.load(Ordering::Relaxed)), (8, 8));
    }
}
