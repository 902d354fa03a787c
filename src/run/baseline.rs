//! The baseline: whole customers are watched before anything breaks.
//!
//! **Invariant**: what is latent is kept in all the while, and nothing else is touched.

use futures::StreamExt as _;

use super::{
    limits,
    play::{Play, seconds},
    ports::{PortError, Sensor},
};
use crate::model::steady;

impl Play<'_, '_> {
    /// Watch whole customers for the scenario's time, and until that time's windows are in.
    pub(super) async fn baseline(&mut self, sensor: &mut dyn Sensor) -> Result<(), PortError> {
        let load = &self.plan.scenario.load;
        let (baseline_s, probes) = (load.baseline.0.as_secs_f64(), steady::probes(&self.plan.scenario));
        let latest_s = baseline_s + (load.patience().0 + limits::LATE_WINDOW).as_secs_f64();
        loop {
            let now_s = self.record.now_s();
            let seen =
                |probe: &String| self.record.timeline.windows(probe).any(|(_, window)| window.to_s >= baseline_s);
            if now_s >= latest_s || (now_s >= baseline_s && probes.iter().all(seen)) {
                return Ok(());
            }
            self.renew_due(now_s);
            let due_s = self.renewals.values().copied().fold(latest_s.min(self.driver.silent_at_s()), f64::min);
            let wake = seconds(due_s - now_s).max(limits::TICK);
            // In this order, or two rehearsals of one seed would differ.
            tokio::select! {
                biased;
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => self.done(done)?,
                seen = sensor.next() => self.write_seen(seen)?,
                () = tokio::time::sleep(wake) => self.driver.check(self.record.now_s())?,
            }
        }
    }
}
