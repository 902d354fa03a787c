//! Keeps in what is held while the run waits for something that may take longer than a fault lives.
//!
//! **Invariant**: nothing that droplab holds ends by itself before it is taken out.

use std::{collections::BTreeMap, future::Future, pin::pin, time::Duration};

use tokio::time::Instant;

use super::{heal, jobs, ports::Actuator, record::Record};
use crate::model::{event::FaultState, op::Recipe, plan::Injection};

/// What is in and would end by itself; none of it at first.
#[derive(Default)]
pub(super) struct Held<'a> {
    steps: Vec<(usize, &'a Recipe)>,
    /// When all of them are renewed.
    due: Option<Instant>,
    /// Whether it is written down how often they have acted: as long as there are no customers, that stands still.
    counted: bool,
}

impl<'a> Held<'a> {
    /// What a record says is in.
    pub(super) fn of(injection: &'a Injection, record: &Record<'_>) -> Self {
        let states = heal::states(&record.timeline).unwrap_or_default();
        let mut held = Self { counted: true, ..Self::default() };
        for (step, planned) in injection.steps.iter().enumerate() {
            if states.get(&step) == Some(&FaultState::Injected) {
                held.add(step, &planned.recipe);
            }
        }
        // The last renewal was up to a whole pause ago: half of one is left well before the end.
        held.due = held.shortest().map(|renewal| Instant::now() + renewal / 2);
        held
    }

    /// One more, which has just been put in.
    pub(super) fn add(&mut self, step: usize, recipe: &'a Recipe) {
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

    async fn renew(&mut self, actuator: &dyn Actuator, record: &mut Record<'_>) {
        for (step, recipe) in &self.steps {
            let renewed = jobs::renewed(actuator, recipe).await;
            let outcome = renewed.map(|acted| if self.counted { acted } else { Vec::new() });
            for kind in jobs::renewal(*step, outcome) {
                record.try_write(kind);
            }
        }
        self.due = self.shortest().map(|renewal| Instant::now() + renewal);
    }

    fn shortest(&self) -> Option<Duration> {
        self.steps.iter().filter_map(|(_, recipe)| recipe.renewal()).min()
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
        model::{event::EventKind, hold::Hold},
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
