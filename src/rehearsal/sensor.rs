//! The fake lab's customers, gauges and books.
//!
//! **Invariant**: as slow as the real ones, in the runtime's time; `next` is cancel safe.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{
    FakeLab,
    behaviour::{jitter, window},
    gauges::read,
    shown::due,
    world::Edge,
};
use crate::{
    model::{
        customers::Journey,
        event::EventKind,
        gauge::Gauge,
        holds::Holds,
        ledger::{Breach, LedgerName, LedgerReading},
        scenario::Load,
        units::Span,
    },
    run::ports::{PortError, Sensor},
};

/// The fake lab's customers and gauges.
pub(super) struct FakeSensor {
    lab: FakeLab,
    load: Option<(Load, Instant)>,
    bounds: BTreeMap<String, Vec<Span>>,
    gauges: BTreeMap<String, Gauge>,
    seconds: u32,
    seen: VecDeque<EventKind>,
    image: String,
}

impl FakeSensor {
    pub(super) fn new(lab: FakeLab) -> Self {
        let image = lab.world().image("payment").unwrap_or_default().to_owned();
        Self {
            lab,
            load: None,
            bounds: BTreeMap::new(),
            gauges: BTreeMap::new(),
            seconds: 0,
            seen: VecDeque::new(),
            image,
        }
    }

    /// What was seen from the end of the last second to a moment.
    fn look(&mut self, to_s: f64, now: Instant) {
        let Some((load, _)) = &self.load else { return };
        let (from_s, second) = (f64::from(self.seconds), u64::from(self.seconds));
        let mut world = self.lab.world();
        if let Some((course, is_broken)) = world.course(now) {
            let seen = course.second(is_broken, load, &self.bounds, &self.gauges, (from_s, to_s));
            world.books.acknowledged += seen.acknowledged;
            world.books.recorded += seen.acknowledged;
            self.seen.extend(seen.events);
            return;
        }
        let paying = load.customers.values().filter(|customers| customers.journey == Journey::Payment);
        let payment_rate: f64 = paying.map(|customers| customers.rate.per_second).sum();
        let payments = world.payments(now, payment_rate, jitter(second, 1));
        for (index, (name, customers)) in (0..).zip(&load.customers) {
            let intended = due(customers.rate, from_s, to_s);
            let other = world.others(customers.journey, &payments, jitter(second, 2 + index));
            let pays = customers.journey == Journey::Payment;
            let service = if pays { &payments } else { &other };
            let lag_ms = world.quirks.lag_ms + 2.0 + 3.0 * jitter(second, 9 + index);
            let window = window(from_s, to_s, intended, service, lag_ms);
            if pays {
                world.books.acknowledged += window.ok;
                // A 503, a 502 or no answer: nobody knows.
                world.books.indeterminate += window.failed;
                world.books.recorded += if world.edge == Edge::Answers { 0 } else { window.ok };
            }
            self.seen.push_back(EventKind::Traffic { probe: name.clone(), window });
        }
        let blind = world.quirks.blind_gauges;
        let pool = world.pool_gauges(now, payment_rate, jitter(second, 20));
        for (name, gauge) in &self.gauges {
            let read = if blind { Err("connection refused".to_owned()) } else { read(gauge, &pool) };
            let (value, error) = read.map_or_else(|why| (None, Some(why)), |value| (Some(value), None));
            self.seen.push_back(EventKind::Gauge { probe: name.clone(), value, error });
        }
        let image = world.image("payment").unwrap_or_default().to_owned();
        if image != self.image {
            let what = format!("deployment/payment image {} → {image}", self.image);
            self.seen.push_back(EventKind::Changed { what });
            self.image = image;
        }
    }
}

#[async_trait]
impl Sensor for FakeSensor {
    async fn start(
        &mut self,
        _run: &str,
        load: &Load,
        bounds: &BTreeMap<String, Vec<Span>>,
        gauges: &BTreeMap<String, Gauge>,
    ) -> Result<(), PortError> {
        let mut world = self.lab.world();
        if world.quirks.no_customers {
            return Err(PortError::new("start the customers", "the shop does not answer"));
        }
        world.books = LedgerReading::default();
        let facts = world.facts.clone();
        if let Some(course) = &mut world.course {
            course.begin(&facts);
        }
        drop(world);
        self.load = Some((load.clone(), Instant::now()));
        (self.bounds, self.gauges) = (bounds.clone(), gauges.clone());
        Ok(())
    }

    async fn probe(&self, gauges: &BTreeMap<String, Gauge>) -> BTreeMap<String, Result<f64, String>> {
        let world = self.lab.world();
        let pool = world.pool_gauges(Instant::now(), 0.0, 0.0);
        let blind = world.quirks.blind_gauges;
        let read = |gauge| if blind { Err("connection refused".to_owned()) } else { read(gauge, &pool) };
        gauges.iter().map(|(name, gauge)| (name.clone(), read(gauge))).collect()
    }

    async fn next(&mut self) -> EventKind {
        loop {
            if let Some(seen) = self.seen.pop_front() {
                return seen;
            }
            let Some((_, zero)) = &self.load else { return std::future::pending().await };
            let end = *zero + Duration::from_secs(u64::from(self.seconds) + 1);
            // A second is known a moment after its end, when its last answers are in.
            tokio::time::sleep_until(end + Duration::from_millis(40)).await;
            self.look(f64::from(self.seconds + 1), end);
            self.lab.world().quirks.silence(self.seconds, &mut self.seen);
            self.seconds += 1;
        }
    }

    async fn stop(&mut self) -> Vec<EventKind> {
        let Some(zero) = self.load.as_ref().map(|(_, zero)| *zero) else { return Vec::new() };
        let now_s = zero.elapsed().as_secs_f64();
        if now_s - f64::from(self.seconds) > 0.1 {
            self.look(now_s, Instant::now());
            self.lab.world().quirks.silence(self.seconds, &mut self.seen);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.load = None;
        self.seen.drain(..).collect()
    }

    async fn at_rest(&self) -> Result<Vec<String>, PortError> {
        let restless = self.lab.world().quirks.restless;
        Ok(restless.then(|| "2 events wait in the outbox".to_owned()).into_iter().collect())
    }

    async fn counterexamples(&self, holds: &Holds) -> Result<Vec<String>, PortError> {
        if self.lab.world().course.is_some() {
            return Ok(Vec::new());
        }
        Err(PortError::new(format!("ask for counterexamples of {}", holds.id), "a rehearsal has no database"))
    }

    async fn reconcile(&self, ledger: LedgerName) -> Result<LedgerReading, PortError> {
        if ledger != LedgerName::Payments && self.lab.world().course.is_none() {
            return Err(PortError::new(
                format!("read the books of {ledger}"),
                "a rehearsal keeps books of payments only",
            ));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let world = self.lab.world();
        if world.quirks.closed_books {
            return Err(PortError::new("read payment.ledger", "connection refused"));
        }
        let mut reading = world.books.clone();
        let lost = reading.acknowledged.saturating_sub(reading.recorded) + world.quirks.forgets;
        reading.lost = breach(lost, "acknowledged, not in the ledger");
        reading.doubled = breach(world.quirks.doubles, "charged more than once");
        reading.refused_but_charged = breach(world.quirks.charges_refused, "refused, and charged");
        Ok(reading)
    }
}

/// So many payments of which something is wrong.
fn breach(count: u64, what: &str) -> Breach {
    let examples = (18_007..).take(usize::try_from(count.min(2)).unwrap_or(2));
    Breach { count, examples: examples.map(|seq| format!("run-payment-{seq}: {what}")).collect() }
}
