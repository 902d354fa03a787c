//! Reads every gauge once a second.
//!
//! **Invariant**: each round yields each gauge, with its value or with the reason why there is none.

use std::time::Duration;

use tokio::{
    sync::mpsc::UnboundedSender,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{SenseTarget, pods::Pods, postgres::Backends};
use crate::model::event::EventKind;

/// Longer than this no reading may take: the next one would be more useful.
const DEADLINE: Duration = Duration::from_secs(3);

/// A few gauges that are read together, as they come from one place.
pub(super) trait Source: Send + 'static {
    /// Their probes' names.
    const PROBES: &'static [&'static str];
    /// One value for each name, in their order.
    fn read(&mut self) -> impl Future<Output = Result<Vec<f64>, String>> + Send;
}

/// Read all sources until the tasks are dropped.
pub(super) fn spawn(tasks: &mut JoinSet<()>, target: &SenseTarget, events: &UnboundedSender<EventKind>) {
    tasks.spawn(every_second(Pods::new(target), events.clone()));
    tasks.spawn(every_second(Backends::new(target.postgres.clone()), events.clone()));
}

async fn every_second<S: Source>(mut source: S, events: UnboundedSender<EventKind>) {
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        let values = timeout(DEADLINE, source.read()).await;
        let values = values.unwrap_or_else(|_| Err(format!("no answer within {} s", DEADLINE.as_secs())));
        for event in readings(S::PROBES, &values) {
            if events.send(event).is_err() {
                return;
            }
        }
    }
}

fn readings(probes: &[&str], values: &Result<Vec<f64>, String>) -> Vec<EventKind> {
    let reading = |(index, probe): (usize, &&str)| {
        let value = values.as_ref().ok().and_then(|values| values.get(index)).copied();
        let error = value.is_none().then(|| values.as_ref().err().map_or("no value", String::as_str).to_owned());
        EventKind::Gauge { probe: (*probe).to_owned(), value, error }
    };
    probes.iter().enumerate().map(reading).collect()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn a_gauge_without_a_value_says_why() {
        let gauge = |probe: &str, value, error: Option<&str>| EventKind::Gauge {
            probe: probe.to_owned(),
            value,
            error: error.map(str::to_owned),
        };
        assert_eq!(
            readings(&["a", "b"], &Ok(vec![1.0, 2.0])),
            [gauge("a", Some(1.0), None), gauge("b", Some(2.0), None)]
        );
        assert_eq!(readings(&["a"], &Err("refused".to_owned())), [gauge("a", None, Some("refused"))]);
        assert_eq!(readings(&["a"], &Ok(vec![])), [gauge("a", None, Some("no value"))]);
    }

    struct Slow(mpsc::Receiver<()>);

    impl Source for Slow {
        const PROBES: &'static [&'static str] = &["slow"];

        async fn read(&mut self) -> Result<Vec<f64>, String> {
            self.0.recv().await;
            Ok(vec![1.0])
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_hangs_is_given_up_and_tried_again() {
        let (free, hold) = mpsc::channel(1);
        let (events, mut seen) = mpsc::unbounded_channel();
        let task = tokio::spawn(every_second(Slow(hold), events));
        let EventKind::Gauge { value: None, error: Some(error), .. } = seen.recv().await.unwrap() else {
            panic!("a value")
        };
        assert_eq!(error, "no answer within 3 s");
        free.send(()).await.unwrap();
        assert!(matches!(seen.recv().await, Some(EventKind::Gauge { value: Some(1.0), .. })));
        task.abort();
    }
}
