//! The loop: watch the customers, put faults in at their time, let repairs happen, until there is nothing to wait for.
//!
//! **Invariant**: a fault's state is on disk before its op is begun; Ctrl-C is heard at every await.

use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::{
    execute::{Options, Repair},
    jobs::{self, Done, Job},
    limits,
    ports::{Actuator, PortError, Ports, Repairer, Sensor},
    record::Record,
    watch::{Over, Watch},
};
use crate::model::{
    event::{EventKind, FaultState, Phase},
    plan::Plan,
    scenario::Action,
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
        repairing: false,
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => Ending::Interrupted,
        ending = game.phases(sensor.as_mut()) => ending.unwrap_or_else(Ending::Broke),
    }
}

struct Play<'a, 'r> {
    plan: &'a Plan,
    record: &'a mut Record<'r>,
    options: &'a Options,
    actuator: &'a dyn Actuator,
    repairer: &'a dyn Repairer,
    watch: Watch<'a>,
    jobs: FuturesUnordered<Job<'a>>,
    next_step: usize,
    repairing: bool,
}

impl<'a> Play<'a, '_> {
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
                // Both ends have the same next step: wind up. The judge tells them apart.
                Some(Over::Held | Over::TimeUp | Over::NoBite) => return Ok(Ending::Over),
                None => {}
            }
            let wake = self.wake_s().map_or(limits::SILENCE, |at_s| seconds(at_s - now_s));
            tokio::select! {
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => self.done(done)?,
                seen = next(sensor) => self.see(seen?)?,
                () = tokio::time::sleep(wake) => {}
            }
        }
    }

    fn see(&mut self, seen: EventKind) -> Result<(), PortError> {
        self.record.write(seen.clone())?;
        let follows = self.watch.see(&seen, self.record.now_s());
        follows.into_iter().try_for_each(|kind| self.record.write(kind))
    }

    /// The next moment at which something is due.
    fn wake_s(&self) -> Option<f64> {
        let step = self.plan.steps.get(self.next_step).and_then(|step| Some(self.watch.turbulence_s? + step.at_s));
        [step, self.repair_s(), self.watch.deadline_s()].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// When the repair is to begin; `None` when it has, or when it is not ours.
    fn repair_s(&self) -> Option<f64> {
        let after = match &self.options.repair {
            _ if self.repairing => return None,
            Repair::Wait => return None,
            Repair::Actions { after, .. } => after.as_secs_f64(),
            Repair::Script(_) => 0.0,
        };
        Some(self.watch.paged_s? + after)
    }

    fn start_due(&mut self, now_s: f64) -> Result<(), PortError> {
        let turbulence_s = self.watch.turbulence_s.unwrap_or(now_s);
        while let Some(step) = self.plan.steps.get(self.next_step).filter(|step| now_s >= turbulence_s + step.at_s) {
            let index = self.next_step;
            self.record.write(EventKind::Fault { step: index, state: FaultState::Injecting, reason: None })?;
            if let Some(op) = step.recipe.inject.first() {
                self.jobs.push(jobs::inject(self.actuator, index, 0, op.clone()));
            }
            self.next_step += 1;
        }
        if self.repair_s().is_some_and(|at_s| now_s >= at_s) {
            self.repairing = true;
            match &self.options.repair {
                Repair::Script(path) => {
                    self.say_repair(path.display().to_string())?;
                    self.jobs.push(jobs::script(self.repairer, path));
                }
                Repair::Actions { actions, .. } => self.start_action(0, actions)?,
                Repair::Wait => {}
            }
        }
        Ok(())
    }

    fn start_action(&mut self, index: usize, actions: &[Action]) -> Result<(), PortError> {
        let Some(action) = actions.get(index) else { return Ok(()) };
        self.say_repair(action.to_string())?;
        self.jobs.push(jobs::act(self.repairer, index, action.clone()));
        Ok(())
    }

    fn say_repair(&mut self, command: String) -> Result<(), PortError> {
        self.record.write(EventKind::Repair { command, status: None, output: String::new() })
    }

    fn done(&mut self, done: Done) -> Result<(), PortError> {
        match done {
            Done::Op { outcome: Err(error), .. } | Done::Action { outcome: Err(error), .. } => Err(error),
            Done::Op { step, index, op, took_ms, outcome: Ok(()) } => {
                self.record.write(EventKind::Performed { step, op, took_ms })?;
                let following = self.plan.steps.get(step).and_then(|step| step.recipe.inject.get(index + 1));
                if let Some(op) = following {
                    self.jobs.push(jobs::inject(self.actuator, step, index + 1, op.clone()));
                    return Ok(());
                }
                self.record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
                self.watch.injected_s.get_or_insert(self.record.now_s());
                Ok(())
            }
            Done::Action { index, command, outcome: Ok((status, output)) } => {
                self.record.write(EventKind::Repair { command, status: Some(status), output })?;
                match &self.options.repair {
                    Repair::Actions { actions, .. } => self.start_action(index + 1, actions),
                    _ => Ok(()),
                }
            }
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
