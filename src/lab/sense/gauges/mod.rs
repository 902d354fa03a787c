//! Reads every declared gauge once a second: one file per source.
//!
//! **Invariant**: each source has its own task and its own deadline: a slow one is late alone, and each round yields each gauge
//! with its value or with the reason why there is none. No error is ever turned into a number.

mod cgroup;
mod dns;
mod figures;
mod growth;
mod kafka;
mod metric;
pub(super) mod prometheus;
mod redis;
mod sources;
mod sql;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use futures::future::join_all;
use tokio::{
    sync::mpsc::UnboundedSender,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::SenseTarget;
use crate::model::{event::EventKind, gauge::Gauge};

/// Longer than this no reading may take: the next one would be more useful.
const DEADLINE: Duration = Duration::from_secs(3);
/// Longer than this nobody waits who only wants to know whether all can be read.
const PROBE: Duration = Duration::from_secs(5);
/// Why what is measured between two readings has no value yet.
const FIRST: &str = "the first reading has none before it";

/// A value in base units, or why there is none.
type Reading = Result<f64, String>;

/// Gauges that are read together, as they come from one place.
#[async_trait]
trait Source: Send {
    /// One reading for each, in their order.
    async fn read(&mut self) -> Vec<Reading>;
}

/// A source, and how its gauges are called.
struct Reader {
    names: Vec<String>,
    source: Box<dyn Source>,
}

impl Reader {
    /// Every gauge of the source, within a deadline.
    async fn read(&mut self, within: Duration) -> Vec<(String, Reading)> {
        let late = || vec![Err(format!("no answer within {} s", within.as_secs())); self.names.len()];
        let mut readings = timeout(within, self.source.read()).await.unwrap_or_else(|_| late()).into_iter();
        let reading = |name: &String| {
            let reading = readings.next().unwrap_or_else(|| Err("no value".to_owned()));
            // A journal has no word for infinity.
            let reading = reading.and_then(|value| {
                if value.is_finite() { Ok(value) } else { Err(format!("{value} is no number that could be compared")) }
            });
            (name.clone(), reading)
        };
        self.names.iter().map(reading).collect()
    }
}

/// Read all of them until the tasks are dropped.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    gauges: &BTreeMap<String, Gauge>,
    target: &SenseTarget,
    events: &UnboundedSender<EventKind>,
) {
    for reader in sources::readers(gauges, target) {
        tasks.spawn(every_second(reader, events.clone()));
    }
}

/// Read each once, and what is measured between two readings twice.
pub(super) async fn probe(gauges: &BTreeMap<String, Gauge>, target: &SenseTarget) -> BTreeMap<String, Reading> {
    let probed = sources::readers(gauges, target).into_iter().map(try_out);
    join_all(probed).await.into_iter().flatten().collect()
}

async fn try_out(mut reader: Reader) -> Vec<(String, Reading)> {
    let names = reader.names.clone();
    let tried = timeout(PROBE, async {
        let readings = reader.read(DEADLINE).await;
        if !readings.iter().any(|(_, reading)| reading.as_ref().is_err_and(|why| why == FIRST)) {
            return readings;
        }
        sleep(Duration::from_secs(1)).await;
        reader.read(DEADLINE).await
    });
    let late = || Err(format!("no answer within {} s", PROBE.as_secs()));
    tried.await.unwrap_or_else(|_| names.into_iter().map(|name| (name, late())).collect())
}

async fn every_second(mut reader: Reader, events: UnboundedSender<EventKind>) {
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        for (probe, reading) in reader.read(DEADLINE).await {
            let reading = reading.inspect_err(|why| tracing::warn!("gauge {probe}: {why}"));
            let (value, error) = reading.map_or_else(|why| (None, Some(why)), |value| (Some(value), None));
            if events.send(EventKind::Gauge { probe, value, error }).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    /// Answers what comes in, one round after the other.
    struct Told(mpsc::Receiver<Vec<Reading>>);

    #[async_trait]
    impl Source for Told {
        async fn read(&mut self) -> Vec<Reading> {
            self.0.recv().await.unwrap()
        }
    }

    fn told(names: &[&str]) -> (Reader, mpsc::Sender<Vec<Reading>>) {
        let (say, hear) = mpsc::channel(4);
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        (Reader { names, source: Box::new(Told(hear)) }, say)
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_hangs_is_given_up_and_tried_again() {
        let (reader, say) = told(&["slow"]);
        let (events, mut seen) = mpsc::unbounded_channel();
        let task = tokio::spawn(every_second(reader, events));
        let EventKind::Gauge { value: None, error: Some(error), .. } = seen.recv().await.unwrap() else {
            panic!("a value")
        };
        assert_eq!(error, "no answer within 3 s");
        say.send(vec![Ok(1.0)]).await.unwrap();
        assert!(matches!(seen.recv().await, Some(EventKind::Gauge { value: Some(1.0), .. })));
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn no_error_becomes_a_number_and_no_gauge_is_forgotten() {
        let (mut reader, say) = told(&["a", "b", "c", "d"]);
        say.send(vec![Ok(0.0), Err("refused".to_owned()), Ok(f64::NAN)]).await.unwrap();
        let readings: BTreeMap<_, _> = reader.read(DEADLINE).await.into_iter().collect();
        assert_eq!(readings["a"], Ok(0.0));
        assert_eq!(readings["b"], Err("refused".to_owned()));
        assert!(readings["c"].as_ref().unwrap_err().contains("NaN"));
        assert_eq!(readings["d"], Err("no value".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_tried_out_with_two_readings() {
        let (reader, say) = told(&["rate", "queue"]);
        say.send(vec![Err(FIRST.to_owned()), Ok(1.0)]).await.unwrap();
        say.send(vec![Ok(7.0), Ok(2.0)]).await.unwrap();
        assert_eq!(try_out(reader).await, [("rate".to_owned(), Ok(7.0)), ("queue".to_owned(), Ok(2.0))]);
        let began = tokio::time::Instant::now();
        let (reader, _say) = told(&["silent"]);
        assert_eq!(try_out(reader).await[0].1, Err("no answer within 3 s".to_owned()));
        assert!(began.elapsed() <= PROBE);
    }
}
