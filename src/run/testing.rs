//! A sensor that answers by a list, and a journal in memory.
//!
//! **Invariant**: the last entry of a list goes on for ever.

use std::sync::Mutex;

use async_trait::async_trait;

use super::{
    ports::{Journal, Observer, PortError, Sensor},
    record::Record,
};
use crate::model::{
    event::{Event, EventKind},
    holds::Holds,
    ledger::{LedgerName, LedgerReading},
    scenario::Load,
};

/// What is seen, look by look: what moves, nothing, or `error`. Books grow by one with each reading.
pub(super) struct Looks {
    moving: Mutex<Vec<String>>,
    read: Mutex<u64>,
}

impl Looks {
    pub(super) fn moving(looks: &[&str]) -> Self {
        let looks = looks.iter().rev().map(|look| (*look).to_owned()).collect();
        Self { moving: Mutex::new(looks), read: Mutex::new(0) }
    }
}

#[async_trait]
impl Sensor for Looks {
    async fn start(
        &mut self,
        _: &str,
        _: &Load,
        _: &std::collections::BTreeMap<String, Vec<crate::model::units::Span>>,
        _: &std::collections::BTreeMap<String, crate::model::gauge::Gauge>,
    ) -> Result<(), PortError> {
        Ok(())
    }
    async fn probe(
        &self,
        _: &std::collections::BTreeMap<String, crate::model::gauge::Gauge>,
    ) -> std::collections::BTreeMap<String, Result<f64, String>> {
        std::collections::BTreeMap::new()
    }
    async fn next(&mut self) -> EventKind {
        std::future::pending().await
    }
    async fn stop(&mut self) -> Vec<EventKind> {
        Vec::new()
    }
    async fn at_rest(&self) -> Result<Vec<String>, PortError> {
        let mut looks = self.moving.lock().unwrap();
        let look = if looks.len() > 1 { looks.pop() } else { looks.first().cloned() };
        match look.as_deref() {
            None | Some("") => Ok(vec![]),
            Some("error") => Err(PortError::new("look", "no answer")),
            Some(look) => Ok(vec![look.to_owned()]),
        }
    }
    async fn counterexamples(&self, holds: &Holds) -> Result<Vec<String>, PortError> {
        // What is told beside a statement is a sentence.
        let is_told = holds.sql.contains(" as told\n");
        Ok(vec![if is_told { r#"{"told":"lost 0"}"#.to_owned() } else { holds.sql.clone() }])
    }
    async fn reconcile(&self, _: LedgerName) -> Result<LedgerReading, PortError> {
        let mut read = self.read.lock().unwrap();
        *read += 1;
        Ok(LedgerReading { acknowledged: *read, ..LedgerReading::default() })
    }
}

/// Keeps nothing.
pub(super) struct Memory;

impl Journal for Memory {
    fn append(&mut self, at_s: f64, kind: EventKind) -> Result<Event, PortError> {
        Ok(Event { seq: 0, at_s, wall: String::new(), kind })
    }
}

impl Observer for Memory {
    fn on_event(&mut self, _: &Event) {}
}

/// What some work writes down.
pub(super) async fn journalled(work: impl AsyncFnOnce(&mut Record<'_>)) -> Vec<EventKind> {
    let (mut journal, mut screen) = (Memory, Memory);
    let mut record = Record::new(&mut journal, &mut screen);
    work(&mut record).await;
    record.timeline.events.into_iter().map(|event| event.kind).collect()
}
