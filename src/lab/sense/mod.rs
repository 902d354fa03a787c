//! Senses the real lab: customers' traffic, gauges each second, and what changes under the person's hands.
//!
//! Read in this order: `gauges` (one file per source), `changes` (who touched what), `rest` (what still moves when the
//! customers have gone), `books` and `counterexamples` (what is true in the end).
//!
//! **Invariant**: each source has its own task and its own deadline: a slow one is late alone, and one that cannot be read
//! says so.

mod books;
mod changes;
mod counterexamples;
mod gauges;
mod in_flight;
mod lag;
mod pods;
mod postgres;
mod rest;
mod workload;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use crate::{
    lab::{layout::Layout, node::Nodes},
    model::{
        event::EventKind,
        holds::Holds,
        ledger::{LedgerName, LedgerReading},
        scenario::{Gauge, Load},
        units::Span,
    },
    run::ports::{Customers, PortError, Sensor},
};

/// What a sensor needs of a lab.
#[derive(Clone)]
pub struct SenseTarget {
    /// The lab's Kubernetes API.
    pub kube: kube::Client,
    /// The PostgreSQL primary at the host's port, as superuser: it gets in even when all other connections are taken.
    pub postgres: tokio_postgres::Config,
    /// Redis' primary, or why nobody can ask it.
    pub redis: Result<redis::Client, String>,
    /// The brokers at the host's ports.
    pub kafka: String,
    /// kubectl, for servers that have no port at the host.
    pub kubectl: Kubectl,
    /// The lab's name and nodes, for what is read inside of them.
    pub layout: Layout,
    /// Where everything runs.
    pub namespace: String,
}

impl SenseTarget {
    /// A way into the nodes of its own: whoever shares one waits for the other's script.
    fn nodes(&self) -> Nodes {
        Nodes::of(&self.layout)
    }
}

/// The program and the lab's variables.
#[derive(Clone)]
pub struct Kubectl {
    /// Its path.
    pub program: std::path::PathBuf,
    /// What `droplab env` sets.
    pub environment: Vec<(&'static str, String)>,
}

/// The sensor of the real lab.
pub struct LabSensor {
    target: SenseTarget,
    customers: Box<dyn Customers>,
    /// Where the topic of their orders began before they came.
    before: books::Beginnings,
    /// Windows of traffic; `None` before the start and after the end.
    traffic: Option<UnboundedReceiver<EventKind>>,
    rest: UnboundedReceiver<EventKind>,
    /// Held, so that `rest` never ends.
    rest_in: UnboundedSender<EventKind>,
    tasks: JoinSet<()>,
}

impl LabSensor {
    /// A sensor of this lab, with these customers at its door.
    pub fn new(target: SenseTarget, customers: Box<dyn Customers>) -> Self {
        let (rest_in, rest) = unbounded_channel();
        Self { target, customers, before: HashMap::new(), traffic: None, rest, rest_in, tasks: JoinSet::new() }
    }
}

#[async_trait]
impl Sensor for LabSensor {
    async fn start(
        &mut self,
        run: &str,
        load: &Load,
        bounds: &BTreeMap<String, Vec<Span>>,
        gauges: &BTreeMap<String, Gauge>,
    ) -> Result<(), PortError> {
        if load.customers.contains_key(books::CHECKOUT) {
            self.before = books::beginnings(&self.target.kafka).await;
        }
        let (seen, traffic) = unbounded_channel();
        self.customers.start(run, load, bounds, seen).await?;
        self.traffic = Some(traffic);
        gauges::spawn(&mut self.tasks, gauges, &self.target, &self.rest_in);
        changes::spawn(&mut self.tasks, &self.target, &self.rest_in);
        Ok(())
    }

    async fn probe(&self, gauges: &BTreeMap<String, Gauge>) -> BTreeMap<String, Result<f64, String>> {
        gauges::probe(gauges, &self.target).await
    }

    async fn next(&mut self) -> EventKind {
        let Some(traffic) = &mut self.traffic else { return rest(&mut self.rest).await };
        tokio::select! {
            window = traffic.recv() => window.unwrap_or_else(|| {
                self.traffic = None;
                EventKind::SensorLost { what: "the customers".into(), why: "they ended before they were told to".into() }
            }),
            event = rest(&mut self.rest) => event,
        }
    }

    async fn stop(&mut self) -> Vec<EventKind> {
        self.customers.stop().await;
        self.tasks.shutdown().await;
        let mut left = Vec::new();
        while let Some(Ok(event)) = self.traffic.as_mut().map(UnboundedReceiver::try_recv) {
            left.push(event);
        }
        self.traffic = None;
        while let Ok(event) = self.rest.try_recv() {
            left.push(event);
        }
        left
    }

    async fn at_rest(&self) -> Result<Vec<String>, PortError> {
        Ok(rest::moving(&self.target).await)
    }

    async fn counterexamples(&self, holds: &Holds) -> Result<Vec<String>, PortError> {
        counterexamples::of(&self.target, holds).await
    }

    async fn reconcile(&self, ledger: LedgerName) -> Result<LedgerReading, PortError> {
        books::reconcile(&self.target, self.customers.as_ref(), &self.before, ledger).await
    }
}

/// The next event of a channel that does not end.
async fn rest(channel: &mut UnboundedReceiver<EventKind>) -> EventKind {
    match channel.recv().await {
        Some(event) => event,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ledger::Promises, receipt::Receipt, window::Window};

    /// Customers who see one second, and a second one when they leave.
    #[derive(Default)]
    struct Two(Option<UnboundedSender<EventKind>>);

    fn second(from_s: f64) -> EventKind {
        EventKind::Traffic { probe: "payment".to_owned(), window: Window { from_s, ..Window::default() } }
    }

    #[async_trait]
    impl Customers for Two {
        async fn start(
            &mut self,
            _: &str,
            _: &Load,
            _: &BTreeMap<String, Vec<Span>>,
            seen: UnboundedSender<EventKind>,
        ) -> Result<(), PortError> {
            seen.send(second(0.0)).unwrap();
            self.0 = Some(seen);
            Ok(())
        }

        async fn stop(&mut self) {
            self.0.take().unwrap().send(second(1.0)).unwrap();
        }

        fn promises(&self, _: &str) -> Promises {
            Promises::default()
        }

        fn accounts(&self) -> String {
            "r-".to_owned()
        }

        fn receipts(&self, _: &str) -> Vec<Receipt> {
            Vec::new()
        }
    }

    #[tokio::test]
    async fn a_lab_that_is_gone_hides_no_window_and_every_gauge_says_so() {
        let nowhere = "http://127.0.0.1:1".parse().unwrap();
        let mut postgres = tokio_postgres::Config::new();
        postgres.host("127.0.0.1").port(1).user("postgres");
        let kube = kube::Client::try_from(kube::Config::new(nowhere)).unwrap();
        let kubectl = Kubectl { program: "false".into(), environment: vec![] };
        let (kafka, namespace) = ("127.0.0.1:1".to_owned(), "shop".to_owned());
        let redis = redis::Client::open("redis://127.0.0.1:1").map_err(|error| error.to_string());
        let layout = Layout::new("no-such-lab-of-a-test", 27_000).unwrap();
        let target = SenseTarget { kube, postgres, redis, kafka, kubectl, layout, namespace };
        let mut sensor = LabSensor::new(target, Box::new(Two::default()));
        let load: Load = serde_yaml::from_str("{ customers: {}, baseline: 1s, timeout: 1s }").unwrap();
        let gauges: BTreeMap<String, Gauge> =
            serde_yaml::with::singleton_map_recursive::deserialize(serde_yaml::Deserializer::from_str(
                "{ pool: { metric: { name: a, of: payment } }, rows: { sql: { query: select 1 } },
                   keys: { redis: { command: DBSIZE } }, lag: { kafka-lag: { group: g, topic: t } },
                   replica: { sql: { query: select 1, at: dc-2 } }, stopped: { cgroup: { of: orders, figure: cpu-throttled } },
                   end: { kafka-offset: { topic: t } }, lookup: { dns: { name: bank } } }",
            ))
            .unwrap();
        sensor.start("run", &load, &BTreeMap::new(), &gauges).await.unwrap();
        let mut seen = Vec::new();
        let unread = |seen: &Vec<EventKind>| {
            let names = seen.iter().filter_map(|event| match event {
                EventKind::Gauge { probe, value: None, error: Some(_) } => Some(probe.clone()),
                _ => None,
            });
            names.collect::<std::collections::BTreeSet<_>>().len()
        };
        let patience = std::time::Duration::from_secs(20);
        let looked = tokio::time::timeout(patience, async {
            while unread(&seen) < gauges.len() {
                seen.push(sensor.next().await);
            }
        });
        assert!(looked.await.is_ok(), "{seen:?}");
        assert!(seen.contains(&second(0.0)));
        let probed = sensor.probe(&gauges).await;
        assert_eq!(probed.keys().collect::<Vec<_>>(), gauges.keys().collect::<Vec<_>>());
        assert!(probed.values().all(Result::is_err), "{probed:?}");
        assert!(sensor.stop().await.contains(&second(1.0)));
        for ledger in [LedgerName::Payments, LedgerName::Bank] {
            assert!(sensor.reconcile(ledger).await.is_err(), "{ledger}");
        }
        let moving = sensor.at_rest().await.unwrap();
        assert_eq!(moving.len(), 3, "what cannot be asked is not at rest: {moving:?}");
        assert!(sensor.counterexamples(&Holds::at_primary("a", "select 1 where false")).await.is_err());
    }
}
