//! The few holes through which a run touches the world.
//!
//! **Invariant**: a port has two implementations at least: the lab (`crate::lab`) and the fake lab of rehearsals and tests.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use crate::model::{
    event::{Acted, Event, EventKind},
    facts::Facts,
    holds::Holds,
    ledger::{LedgerName, LedgerReading, Promises},
    op::Op,
    receipt::Receipt,
    scenario::{Action, Gauge, Load},
    units::Span,
};

/// Performs ops.
#[async_trait]
pub trait Actuator: Send + Sync {
    /// Get ready whatever [`Self::perform`] will need, so that it is one step: nobody notices anything of it. Called when the
    /// fault counts as injecting already, so heal takes this away as well.
    async fn prepare(&self, _op: &Op) -> Result<(), PortError> {
        Ok(())
    }
    /// Set the state that the op names. Done already, or its target gone: fine.
    async fn perform(&self, op: &Op) -> Result<(), PortError>;
    /// Set back what `ours` has set, by `before`, if it still is what `ours` made of it; what it is instead, in words, when somebody has
    /// changed it since.
    async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, PortError>;
    /// Why this lab's machine cannot do the op, if it cannot: what it lacks, and what to use instead. Touches nothing.
    async fn lacks(&self, _op: &Op) -> Result<Option<String>, PortError> {
        Ok(None)
    }
    /// Shut whatever was opened to reach the cluster; nothing that is held ends by it.
    async fn leave(&self) {}
    /// How many packets met what the op holds; `None` when it does not count.
    async fn acted(&self, _op: &Op) -> Result<Option<Acted>, PortError> {
        Ok(None)
    }
}

/// Looks at the lab without touching it.
#[async_trait]
pub trait Surveyor: Send + Sync {
    /// The lab as it is now.
    async fn survey(&self) -> Result<Facts, PortError>;
}

/// The customers and the gauges: yields `Traffic`, `Gauge` and `Changed` events, about one set a second.
#[async_trait]
pub trait Sensor: Send {
    /// Start the customers, who count their answers within these bounds of latency, and read these gauges; times in windows count from this moment, which is the run's zero.
    async fn start(
        &mut self,
        run: &str,
        load: &Load,
        bounds: &BTreeMap<String, Vec<Span>>,
        gauges: &BTreeMap<String, Gauge>,
    ) -> Result<(), PortError>;
    /// Each gauge, read once, within 5 s: its value in base units, or why it cannot be read. Starts nothing.
    async fn probe(&self, gauges: &BTreeMap<String, Gauge>) -> BTreeMap<String, Result<f64, String>>;
    /// The next thing seen; cannot fail (a failure to read is itself data). Cancel safe.
    async fn next(&mut self) -> EventKind;
    /// Stop the customers, wait for the last answers (bounded by the load's timeout) and yield the windows still open.
    async fn stop(&mut self) -> Vec<EventKind>;
    /// What still moves of what the customers set off, in words, and what could not be asked about; empty: all is at rest.
    async fn at_rest(&self) -> Result<Vec<String>, PortError>;
    /// The counterexamples of a statement about a database, as text, at most [`Holds::MOST`]. Nothing is written.
    async fn counterexamples(&self, holds: &Holds) -> Result<Vec<String>, PortError>;
    /// Hold the books against the promises made to this run's customers.
    async fn reconcile(&self, ledger: LedgerName) -> Result<LedgerReading, PortError>;
}

/// The customers alone: a part of a [`Sensor`] that knows nothing of the lab but the shop's door.
#[async_trait]
pub trait Customers: Send + Sync {
    /// Start them; each second of their traffic goes to `seen` once all its requests are settled.
    async fn start(
        &mut self,
        run: &str,
        load: &Load,
        bounds: &BTreeMap<String, Vec<Span>>,
        seen: UnboundedSender<EventKind>,
    ) -> Result<(), PortError>;
    /// Send no more and wait for the last answers; the windows still open go to `seen`.
    async fn stop(&mut self);
    /// What the customers of one kind have been told so far.
    fn promises(&self, name: &str) -> Promises;
    /// How the account of everybody begins who checks out in this run, and of nobody else.
    fn accounts(&self) -> String;
    /// What the customers of this name keep of their checkouts so far; customers who check nothing out keep nothing.
    fn receipts(&self, name: &str) -> Vec<Receipt>;
}

/// Types what a person would type.
#[async_trait]
pub trait Repairer: Send + Sync {
    /// Run one action; its exit status and last output.
    async fn act(&self, action: &Action) -> Result<(i32, String), PortError>;
    /// Run a script of the user's with the variables of `droplab env` set.
    async fn script(&self, path: &std::path::Path) -> Result<(i32, String), PortError>;
}

/// Keeps events: durable when it returns.
pub trait Journal: Send {
    /// Write one event, `at_s` seconds after the run's zero, and sync it to disk.
    fn append(&mut self, at_s: f64, kind: EventKind) -> Result<Event, PortError>;
}

/// Sees events; a broken screen never breaks a run.
pub trait Observer: Send {
    /// Called after the journal has it.
    fn on_event(&mut self, event: &Event);
}

impl<O: Observer + ?Sized> Observer for Box<O> {
    fn on_event(&mut self, event: &Event) {
        self.as_mut().on_event(event);
    }
}

/// What a port could not do: what was tried on what, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{tried}: {why}")]
pub struct PortError {
    /// What was tried, on what.
    pub tried: String,
    /// Why it failed.
    pub why: String,
}

impl PortError {
    /// What was tried on what, and why it failed.
    pub fn new(tried: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self { tried: tried.into(), why: why.to_string() }
    }
}

/// One lab, as a run sees it.
pub struct Ports {
    /// Performs ops.
    pub actuator: Box<dyn Actuator>,
    /// Looks.
    pub surveyor: Box<dyn Surveyor>,
    /// Customers and gauges.
    pub sensor: Box<dyn Sensor>,
    /// Types what a person would type.
    pub repairer: Box<dyn Repairer>,
}
