//! What another cluster has not: customers, gauges, books, repairs.
//!
//! **Invariant**: each says so, and none pretends.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::Elsewhere;
use crate::{
    model::{
        event::EventKind,
        holds::Holds,
        ledger::{LedgerName, LedgerReading},
        scenario,
    },
    run::ports::{PortError, Repairer, Sensor},
};

/// What only a lab has.
fn only_in_a_lab<T>(what: &str) -> Result<T, PortError> {
    Err(PortError::new(what, "only a lab has that"))
}

#[async_trait]
impl Sensor for Elsewhere {
    async fn start(
        &mut self,
        _: &str,
        _: &scenario::Load,
        _: &BTreeMap<String, Vec<crate::model::units::Span>>,
        _: &BTreeMap<String, scenario::Gauge>,
    ) -> Result<(), PortError> {
        only_in_a_lab("start customers")
    }
    async fn probe(&self, gauges: &BTreeMap<String, scenario::Gauge>) -> BTreeMap<String, Result<f64, String>> {
        gauges.keys().map(|name| (name.clone(), Err("only a lab has that".to_owned()))).collect()
    }
    async fn next(&mut self) -> EventKind {
        std::future::pending().await
    }
    async fn stop(&mut self) -> Vec<EventKind> {
        Vec::new()
    }
    async fn at_rest(&self) -> Result<Vec<String>, PortError> {
        only_in_a_lab("ask what still moves")
    }
    async fn counterexamples(&self, _: &Holds) -> Result<Vec<String>, PortError> {
        only_in_a_lab("ask a database")
    }
    async fn reconcile(&self, _: LedgerName) -> Result<LedgerReading, PortError> {
        only_in_a_lab("read the books")
    }
}

#[async_trait]
impl Repairer for Elsewhere {
    async fn act(&self, _: &scenario::Action) -> Result<(i32, String), PortError> {
        only_in_a_lab("repair")
    }
    async fn script(&self, _: &std::path::Path) -> Result<(i32, String), PortError> {
        only_in_a_lab("repair")
    }
}
