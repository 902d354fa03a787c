//! The loop: watch the customers, put faults in at their time, let repairs happen, until there is nothing to wait for.
//!
//! **Invariant**: a fault's state is on disk before its op is begun; Ctrl-C is heard at every await.

use std::collections::BTreeMap;

use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::{
    execute::{Options, Repair},
    jobs::Job,
    limits,
    ports::{Actuator, PortError, Ports, Repairer, Sensor},
    record::Record,
    watch::{Over, Watch},
};
use crate::model::{
    event::{EventKind, Phase},
    plan::Plan,
    steady,
};

/// How the loop ended.
pub(super) enum Ending {
    /// Nothing left to wait for.
    Over,
    /// The baseline is none: no fault was put in.
    Unsteady,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// The lab, or the journal, did not do its part.
    Broke(PortError),
}

/// Play the whole scenario.
pub(super) async fn play(
    plan: &Plan,
    lab: &mut Ports,
    record: &mut Record<'_>,
    options: &Options,
    stop: &CancellationToken,
) -> Ending {
    let Ports { actuator, sensor, repairer, .. } = lab;
    let started = limits::within(limits::START, "start the customers", sensor.start(&options.run, &plan.scenario.load));
    let started = tokio::select! {
        () = stop.cancelled() => return Ending::Interrupted,
        started = started => started,
    };
    if let Err(error) = started {
        return Ending::Broke(error);
    }
    record.start_clock();
    let mut game = Play {
        plan,
        record,
        options,
        actuator: actuator.as_ref(),
        repairer: repairer.as_ref(),
        watch: Watch::new(plan),
        jobs: FuturesUnordered::new(),
        next_step: 0,
        renewals: BTreeMap::new(),
        repairing: false,
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => Ending::Interrupted,
        ending = game.phases(sensor.as_mut()) => ending.unwrap_or_else(Ending::Broke),
    }
}

/// A run under way.
pub(super) struct Play<'a, 'r> {
    pub(super) plan: &'a Plan,
    pub(super) record: &'a mut Record<'r>,
    pub(super) options: &'a Options,
    pub(super) actuator: &'a dyn Actuator,
    pub(super) repairer: &'a dyn Repairer,
    pub(super) watch: Watch<'a>,
    pub(super) jobs: FuturesUnordered<Job<'a>>,
    pub(super) next_step: usize,
    /// When what each step holds is to be renewed.
    pub(super) renewals: BTreeMap<usize, f64>,
    pub(super) repairing: bool,
}

impl Play<'_, '_> {
    async fn phases(&mut self, sensor: &mut dyn Sensor) -> Result<Ending, PortError> {
        self.record.write(EventKind::PhaseBegan { phase: Phase::Baseline })?;
        self.baseline(sensor).await?;
        let end_s = self.record.now_s();
        if !self.is_steady(end_s) {
            return Ok(Ending::Unsteady);
        }
        self.record.write(EventKind::PhaseBegan { phase: Phase::Turbulence })?;
        self.watch.begin_turbulence(end_s);
        self.turbulence(sensor).await
    }

    /// Watch whole customers for the scenario's time, and until that time's windows are in.
    async fn baseline(&mut self, sensor: &mut dyn Sensor) -> Result<(), PortError> {
        let load = &self.plan.scenario.load;
        let (baseline_s, probes) = (load.baseline.0.as_secs_f64(), steady::deciding(&self.plan.scenario));
        let latest_s = baseline_s + (load.timeout.0 + limits::LATE_WINDOW).as_secs_f64();
        loop {
            let now_s = self.record.now_s();
            let seen =
                |probe: &String| self.record.timeline.windows(probe).any(|(_, window)| window.to_s >= baseline_s);
            if now_s >= latest_s || (now_s >= baseline_s && probes.iter().all(seen)) {
                return Ok(());
            }
            tokio::select! {
                biased;
                seen = next(sensor) => self.record.write(seen?)?,
                () = tokio::time::sleep(seconds(latest_s - now_s)) => {}
            }
        }
    }

    fn is_steady(&self, end_s: f64) -> bool {
        steady::deciding(&self.plan.scenario).iter().all(|probe| {
            let windows = steady::windows(&self.record.timeline, probe, end_s);
            steady::assess(&self.plan.scenario, probe, &windows).doubt.is_none()
        })
    }

    async fn turbulence(&mut self, sensor: &mut dyn Sensor) -> Result<Ending, PortError> {
        loop {
            let now_s = self.record.now_s();
            self.start_due(now_s)?;
            match self.watch.over(now_s) {
                // What we began to type is typed to its end, or a lab would be left half changed.
                Some(Over::TimeUp) if self.is_typing() => {}
                // All ends have the same next step: wind up. The judge tells them apart.
                Some(Over::Held | Over::TimeUp | Over::NoBite) => return Ok(Ending::Over),
                None => {}
            }
            let wake = self.wake_s().filter(|at_s| *at_s > now_s);
            let wake = wake.map_or(limits::SILENCE, |at_s| seconds(at_s - now_s));
            // In this order, or two rehearsals of one seed would differ.
            tokio::select! {
                biased;
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => self.done(done)?,
                seen = next(sensor) => self.see(&seen?)?,
                () = tokio::time::sleep(wake) => {}
            }
        }
    }

    fn is_typing(&self) -> bool {
        matches!(self.options.repair, Repair::Actions { .. }) && !self.jobs.is_empty()
    }

    fn see(&mut self, seen: &EventKind) -> Result<(), PortError> {
        self.record.write(seen.clone())?;
        let follows = self.watch.see(seen, self.record.now_s());
        follows.into_iter().try_for_each(|kind| self.record.write(kind))
    }

    /// The next moment at which something is due.
    fn wake_s(&self) -> Option<f64> {
        let step =
            self.plan.injection.steps.get(self.next_step).and_then(|step| Some(self.watch.turbulence_s? + step.at_s));
        let renewal = self.renewals.values().copied().min_by(f64::total_cmp);
        [step, renewal, self.repair_s(), self.watch.deadline_s()].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// When the repair is to begin; `None` when it has, or when it is not ours.
    pub(super) fn repair_s(&self) -> Option<f64> {
        match &self.options.repair {
            _ if self.repairing => None,
            Repair::Wait => None,
            // Ours proves nothing before the fault has had its whole effect; a person's comes when the person comes.
            Repair::Actions { after, .. } => Some(self.watch.repairable_s()? + after.as_secs_f64()),
            Repair::Script(_) => self.watch.paged_s,
        }
    }
}

/// The next thing seen; silence is a failure of the lab.
async fn next(sensor: &mut dyn Sensor) -> Result<EventKind, PortError> {
    limits::within(limits::SILENCE, "watch the customers", sensor.next().map(Ok)).await
}

/// A span that may have passed already.
fn seconds(span: f64) -> std::time::Duration {
    std::time::Duration::try_from_secs_f64(span.max(0.0)).unwrap_or(limits::SILENCE)
}
