//! The loop: watch the customers, put faults in at their time, let repairs happen, until there is nothing to wait for.
//!
//! **Invariant**: a fault's state is on disk before its op is begun; Ctrl-C is heard at every await.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::{
    driver::Driver,
    given,
    jobs::Job,
    limits,
    options::Options,
    ports::{Actuator, PortError, Ports, Repairer, Sensor},
    record::Record,
    watch::{Over, Watch},
    words::said,
};
use crate::model::{
    event::{EventKind, Phase},
    plan::Plan,
    said::Said,
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
    let latent = tokio::select! {
        biased;
        () = stop.cancelled() => return Ending::Interrupted,
        latent = given::put_in(plan, lab, record) => latent,
    };
    if let Err(error) = latent {
        return Ending::Broke(error);
    }
    let Ports { actuator, sensor, repairer, .. } = lab;
    let (load, bounds) = (&plan.scenario.load, plan.scenario.bounds());
    let starting = sensor.start(&options.run, load, &bounds, &plan.scenario.gauges);
    let started = tokio::select! {
        () = stop.cancelled() => return Ending::Interrupted,
        started = limits::within(limits::START, "start the customers", starting) => started,
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
        driver: Driver::new(plan),
        jobs: FuturesUnordered::new(),
        begun: BTreeSet::new(),
        ends: BTreeMap::new(),
        renewals: BTreeMap::new(),
        renewing: BTreeSet::new(),
        repairing: false,
        typing: false,
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
    pub(super) driver: Driver,
    pub(super) jobs: FuturesUnordered<Job<'a>>,
    /// Steps that were begun.
    pub(super) begun: BTreeSet<usize>,
    /// When each step is to be taken out.
    pub(super) ends: BTreeMap<usize, f64>,
    /// When what each step holds is to be renewed.
    pub(super) renewals: BTreeMap<usize, f64>,
    /// Steps that are being renewed at this moment.
    pub(super) renewing: BTreeSet<usize>,
    pub(super) repairing: bool,
    /// A repair of ours is being typed.
    pub(super) typing: bool,
}

impl Play<'_, '_> {
    async fn phases(&mut self, sensor: &mut dyn Sensor) -> Result<Ending, PortError> {
        self.record.write(EventKind::PhaseBegan { phase: Phase::Baseline })?;
        self.baseline(sensor).await?;
        let end_s = self.record.now_s();
        if steady::doubts(&self.plan.scenario, &self.record.timeline, end_s).next().is_some() {
            return Ok(Ending::Unsteady);
        }
        self.record.write(EventKind::PhaseBegan { phase: Phase::Fault })?;
        self.watch.begin_fault(end_s);
        self.until_over(sensor).await
    }

    /// Watch whole customers for the scenario's time, and until that time's windows are in.
    async fn baseline(&mut self, sensor: &mut dyn Sensor) -> Result<(), PortError> {
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
            let silent_s = self.driver.silent_at_s();
            let wake = seconds(latest_s.min(silent_s) - now_s);
            tokio::select! {
                biased;
                seen = sensor.next() => self.write_seen(seen)?,
                () = tokio::time::sleep(wake) => self.driver.check(self.record.now_s())?,
            }
        }
    }

    async fn until_over(&mut self, sensor: &mut dyn Sensor) -> Result<Ending, PortError> {
        let (mut words, mut heard) = (self.options.said.clone(), 0);
        loop {
            let now_s = self.record.now_s();
            self.driver.check(now_s)?;
            self.start_due(now_s)?;
            match self.watch.over(now_s) {
                // What we began to type is typed to its end, or a lab would be left half changed.
                Some(Over::TimeUp) if self.typing => {}
                Some(Over::Recovered) if self.watch.wants_replay() => {
                    self.record.write(EventKind::PhaseBegan { phase: Phase::Replay })?;
                    self.watch.begin_replay(now_s);
                    continue;
                }
                // All ends have the same next step: wind up. The judge tells them apart.
                Some(Over::Recovered | Over::Answered | Over::TimeUp | Over::NoSymptom) => return Ok(Ending::Over),
                None => {}
            }
            let wake = self.wake_s().filter(|at_s| *at_s > now_s);
            let wake = wake.map_or(limits::SILENCE, |at_s| seconds(at_s - now_s).max(limits::TICK));
            // In this order, or two rehearsals of one seed would differ.
            tokio::select! {
                biased;
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => self.done(done)?,
                said = said(&mut words, &mut heard) => {
                    if let Said::Done { .. } = said {
                        self.watch.answer(self.record.now_s());
                    }
                    self.record.write(EventKind::Said { said })?;
                }
                seen = sensor.next() => self.see(seen)?,
                () = tokio::time::sleep(wake) => {}
            }
        }
    }

    fn write_seen(&mut self, seen: EventKind) -> Result<(), PortError> {
        self.driver.see(&seen, self.record.now_s())?;
        self.record.write(seen)
    }

    fn see(&mut self, seen: EventKind) -> Result<(), PortError> {
        self.write_seen(seen)?;
        let follows = self.watch.see(&self.record.timeline, self.record.now_s());
        follows.into_iter().try_for_each(|kind| self.record.write(kind))
    }
}

/// A span that may have passed already.
fn seconds(span: f64) -> std::time::Duration {
    std::time::Duration::try_from_secs_f64(span.max(0.0)).unwrap_or(limits::SILENCE)
}
