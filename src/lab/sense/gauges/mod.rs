//! Reads every declared gauge once a second: one file per source.
//!
//! **Invariant**: each gauge has its own task and its own deadline: a slow one is late alone, and each round yields its value or
//! the reason why there is none.

mod inside;
mod kafka;
mod metric;
pub(super) mod prometheus;
mod redis;
mod sql;

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::mpsc::UnboundedSender,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::SenseTarget;
use crate::model::{event::EventKind, gauge::Gauge};

/// Longer than this no reading may take: the next one would be more useful.
const DEADLINE: Duration = Duration::from_secs(3);

/// One gauge at its source.
pub(super) trait Source: Send + 'static {
    /// Its value now.
    fn read(&mut self) -> impl Future<Output = Result<f64, String>> + Send;
}

/// Read all of them until the tasks are dropped.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    gauges: &BTreeMap<String, Gauge>,
    target: &SenseTarget,
    events: &UnboundedSender<EventKind>,
) {
    for (name, gauge) in gauges {
        let (name, target, events) = (name.clone(), target.clone(), events.clone());
        match gauge.clone() {
            Gauge::Metric(gauge) => tasks.spawn(every_second(name, metric::Metric::new(gauge, target), events)),
            Gauge::Sql(gauge) => tasks.spawn(every_second(name, sql::Sql::new(gauge, target), events)),
            Gauge::KafkaLag(gauge) => tasks.spawn(every_second(name, kafka::Lag { gauge, target }, events)),
            Gauge::KafkaOffset(gauge) => tasks.spawn(every_second(name, kafka::End { gauge, target }, events)),
            Gauge::Redis(gauge) => tasks.spawn(every_second(name, redis::Redis { gauge, target }, events)),
            Gauge::Cgroup(gauge) => tasks.spawn(every_second(name, inside::Cgroup::new(gauge, target), events)),
            Gauge::Dns(gauge) => tasks.spawn(every_second(name, inside::Lookup { gauge, target }, events)),
        };
    }
}

async fn every_second<S: Source>(name: String, mut source: S, events: UnboundedSender<EventKind>) {
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        let read = timeout(DEADLINE, source.read()).await;
        let read = read.unwrap_or_else(|_| Err(format!("no answer within {} s", DEADLINE.as_secs())));
        let (value, error) = read.map_or_else(|why| (None, Some(why)), |value| (Some(value), None));
        if events.send(EventKind::Gauge { probe: name.clone(), value, error }).is_err() {
            return;
        }
    }
}

/// How much a counter grows a second; one that became smaller was reset, and began again at zero.
#[derive(Default)]
pub(super) struct Growth(Option<(f64, Instant)>);

impl Growth {
    /// `None` for the first reading.
    pub(super) fn per_second(&mut self, count: f64) -> Option<f64> {
        let now = Instant::now();
        let (before, at) = self.0.replace((count, now))?;
        let grown = if count >= before { count - before } else { count };
        Some(grown / now.duration_since(at).as_secs_f64().max(1e-3))
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    struct Slow(mpsc::Receiver<()>);

    impl Source for Slow {
        async fn read(&mut self) -> Result<f64, String> {
            self.0.recv().await;
            Ok(1.0)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_hangs_is_given_up_and_tried_again() {
        let (free, hold) = mpsc::channel(1);
        let (events, mut seen) = mpsc::unbounded_channel();
        let task = tokio::spawn(every_second("slow".into(), Slow(hold), events));
        let EventKind::Gauge { value: None, error: Some(error), .. } = seen.recv().await.unwrap() else {
            panic!("a value")
        };
        assert_eq!(error, "no answer within 3 s");
        free.send(()).await.unwrap();
        assert!(matches!(seen.recv().await, Some(EventKind::Gauge { value: Some(1.0), .. })));
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_counter_that_was_reset_began_again() {
        let mut growth = Growth::default();
        assert_eq!(growth.per_second(100.0), None);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(growth.per_second(130.0), Some(15.0));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(growth.per_second(7.0), Some(7.0), "the pod started again");
    }
}
