//! Latent defects: in before the customers come, so that the baseline is measured with them.
//!
//! **Invariant**: as every fault, its way back is on disk before it; customers come to a lab that has settled, and what droplab holds of
//! it has not ended by itself by then.

use std::{collections::BTreeMap, future::Future, pin::pin, time::Duration};

use tokio::time::Instant;

use super::{
    jobs,
    ports::{Actuator, PortError, Ports},
    record::Record,
    settle,
};
use crate::model::{
    event::{EventKind, FaultState},
    op::Recipe,
    plan::{Part, Plan},
};

/// Put every latent defect in, and wait until the lab has settled. What of it is to be renewed from then on.
pub(super) async fn put_in<'a>(plan: &'a Plan, lab: &Ports, record: &mut Record<'_>) -> Result<Held<'a>, PortError> {
    let actuator = lab.actuator.as_ref();
    let (mut any, mut held) = (false, Held::default());
    for (step, planned) in plan.injection.of(Part::Given) {
        any = true;
        record.write(EventKind::Fault { step, state: FaultState::Injecting, reason: None })?;
        for op in &planned.recipe.inject {
            let (took_ms, outcome) = held.during(jobs::blow(actuator, op), actuator, record).await;
            outcome?;
            record.write(EventKind::Performed { step, op: op.clone(), took_ms })?;
        }
        record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
        held.add(step, &planned.recipe);
    }
    if !any {
        return Ok(held);
    }
    let heals = settle::touched(&plan.injection, &record.timeline);
    match held.during(settle::whole(&heals, lab.surveyor.as_ref()), actuator, record).await {
        None => Ok(held),
        Some(why) => Err(PortError::new("wait until the latent defects are rolled out", why)),
    }
}

/// The latent defects that would end by themselves, until the loop takes them over.
#[derive(Default)]
pub(super) struct Held<'a> {
    steps: Vec<(usize, &'a Recipe)>,
    /// When all of them are renewed.
    due: Option<Instant>,
}

impl<'a> Held<'a> {
    fn add(&mut self, step: usize, recipe: &'a Recipe) {
        let Some(renewal) = recipe.renewal() else { return };
        self.steps.push((step, recipe));
        let due = Instant::now() + renewal;
        self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
    }

    /// Wait for some work, and renew meanwhile whatever is in. The work does not touch it.
    pub(super) async fn during<T>(
        &mut self,
        work: impl Future<Output = T>,
        actuator: &dyn Actuator,
        record: &mut Record<'_>,
    ) -> T {
        let mut work = pin!(work);
        loop {
            let left = self.due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(left) => {}
            }
            self.renew(actuator, record).await;
        }
    }

    /// How often it has acted is not written down: as long as there are no customers, that stands still.
    async fn renew(&mut self, actuator: &dyn Actuator, record: &mut Record<'_>) {
        for (step, recipe) in &self.steps {
            let outcome = jobs::renewed(actuator, recipe).await.map(|_| Vec::new());
            for kind in jobs::renewal(*step, outcome) {
                record.try_write(kind);
            }
        }
        let renewal = self.steps.iter().filter_map(|(_, recipe)| recipe.renewal()).min();
        self.due = renewal.map(|renewal| Instant::now() + renewal);
    }

    /// When each of them is to be renewed, in seconds from now.
    pub(super) fn renewals(&self) -> BTreeMap<usize, f64> {
        let left = self.due.map_or(Duration::ZERO, |due| due.saturating_duration_since(Instant::now()));
        self.steps.iter().map(|(step, _)| (*step, left.as_secs_f64())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::journalled;
    use super::*;
    use crate::{
        model::hold::Hold,
        rehearsal::{FakeLab, Quirks},
    };

    /// Each wait alone is shorter than the time to a renewal; together they are longer than the fault lives.
    #[tokio::test(start_paused = true)]
    async fn what_is_held_is_renewed_over_many_short_waits() {
        let lab = FakeLab::new("test", Quirks::default());
        let ports = lab.ports();
        let actuator = ports.actuator.as_ref();
        let hold = Hold::CutZone { zone: "dc-3".to_owned() };
        let recipe = Recipe::hold("cut", "30s".parse().unwrap(), hold);
        let events = journalled(async |record| {
            let mut latent = Held::default();
            assert_eq!(latent.renewals(), BTreeMap::new());
            jobs::blow(actuator, &recipe.inject[0]).await.1.unwrap();
            latent.add(3, &recipe);
            for _ in 0..25 {
                latent.during(tokio::time::sleep(Duration::from_secs(4)), actuator, record).await;
                assert_eq!(lab.world().survey(Instant::now()).traces.len(), 1);
            }
            assert!(latent.renewals()[&3] <= 10.0, "{:?}", latent.renewals());
        })
        .await;
        assert!(events.len() >= 8 && events.iter().all(|kind| *kind == EventKind::Renewed { step: 3 }), "{events:?}");
    }
}
