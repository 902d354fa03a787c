//! A lab in memory: the payment service as far as the headline incident needs it, on the runtime's clock; of every other incident
//! the course that its scenario tells.
//!
//! It is what `--rehearse` plays on and what the in-process tests drive. It knows the published numbers of the incident, it
//! does not measure anything: a rehearsal says nothing about a real system, and its verdict says so.
//!
//! **Invariant**: every port, no Docker, no thread, no wall clock: a paused runtime plays an hour in milliseconds, and the same
//! seed gives the same run.

mod behaviour;
mod course;
mod gauges;
mod population;
mod ports;
mod quirks;
mod sensor;
mod settings;
mod shown;
mod typed;
mod whole;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use quirks::Quirks;
pub use world::World;

use self::course::Course;
use crate::{
    model::{
        fault::FaultSpec,
        scenario::{Scenario, Step, What},
    },
    run::ports::Ports,
};

/// A handle to one fake lab; clones share it.
#[derive(Clone, Debug)]
pub struct FakeLab {
    world: Arc<Mutex<World>>,
}

impl FakeLab {
    /// A whole lab, with its quirks.
    pub fn new(name: &str, quirks: Quirks) -> Self {
        Self { world: Arc::new(Mutex::new(World::new(name, quirks))) }
    }

    /// A whole lab for one scenario: by the model of payments where that knows all that strikes, else by the course that the file tells.
    pub fn for_scenario(scenario: &Scenario, quirks: Quirks) -> Self {
        let found = Self::new("rehearsal", quirks);
        let is_payment = |step: &Step| matches!(step.what(), Some(What::Fault(FaultSpec::DeployVersion(release))) if release.service == "payment" && release.version == "2.8.1");
        let steps = scenario.steps.iter().chain(&scenario.then);
        if !scenario.given.is_empty() || scenario.steps.is_empty() || !steps.into_iter().all(is_payment) {
            let untouched = found.world().facts.clone();
            found.world().course = Some(Course::of(scenario, untouched));
        }
        found
    }

    /// Its ports; each call gives new customers for the same lab.
    pub fn ports(&self) -> Ports {
        Ports {
            actuator: Box::new(self.clone()),
            surveyor: Box::new(self.clone()),
            sensor: Box::new(sensor::FakeSensor::new(self.clone())),
            repairer: Box::new(self.clone()),
        }
    }

    /// Look at it, or change it under everybody's hands.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it looked has already failed.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
