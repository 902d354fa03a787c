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
    let mut held = match latent {
        Ok(held) => held,
        Err(error) => return Ending::Broke(error),
    };
    let Ports { actuator, sensor, repairer, .. } = lab;
    let (load, bounds) = (&plan.scenario.load, plan.scenario.bounds());
    let starting = sensor.start(&options.run, load, &bounds, &plan.scenario.gauges);
    let starting = limits::within(limits::START, "start the customers", starting);
    let started = tokio::select! {
        () = stop.cancelled() => return Ending::Interrupted,
        started = held.during(starting, actuator.as_ref(), record) => started,
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
        ends: BTreeMap::new(),
        renewals: held.renewals(),
        renewing: BTreeSet::new(),
        repairing: false,
        typing: false,
        over_s: None,
        time_up: CancellationToken::new(),
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
    /// When each step is to be taken out.
    pub(super) ends: BTreeMap<usize, f64>,
    /// When what each step holds is to be renewed.
    pub(super) renewals: BTreeMap<usize, f64>,
    /// Steps that are being renewed at this moment.
    pub(super) renewing: BTreeSet<usize>,
    pub(super) repairing: bool,
    /// A repair of ours is being typed.
    pub(super) typing: bool,
    /// Since when there is nothing to wait for but the end of that.
    pub(super) over_s: Option<f64>,
    /// Ends a script that is still at work.
    pub(super) time_up: CancellationToken,
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

    async fn until_over(&mut self, sensor: &mut dyn Sensor) -> Result<Ending, PortError> {
        let (mut words, mut heard) = (self.options.said.clone(), 0);
        loop {
            let now_s = self.record.now_s();
            self.driver.check(now_s)?;
            self.start_due(now_s)?;
            match self.watch.over(now_s) {
                // A script ends with its time. What we began to type is typed to its end, or a lab would be left half changed.
                Some(Over::TimeUp) if self.typing => {
                    self.over_s = None;
                    self.ends_script();
                }
                Some(Over::Recovered | Over::Answered) if self.repairs_on(now_s) => {}
                Some(Over::Recovered) if self.watch.wants_replay() => {
                    self.record.write(EventKind::PhaseBegan { phase: Phase::Replay })?;
                    self.watch.begin_replay(now_s);
                    continue;
                }
                // All ends have the same next step: wind up. The judge tells them apart.
                Some(Over::Recovered | Over::Answered | Over::TimeUp | Over::NoSymptom) => return Ok(Ending::Over),
                None => self.over_s = None,
            }
            let wake = self.wake_s().filter(|at_s| *at_s > now_s);
            let wake = wake.map_or(limits::SILENCE, |at_s| seconds(at_s - now_s).max(limits::TICK));
            // In this order, or two rehearsals of one seed would differ.
            tokio::select! {
                biased;
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => self.done(done)?,
                said = said(&mut words, &mut heard) => {
                    match said {
                        Said::Done { .. } => self.watch.answer(self.record.now_s()),
                        Said::Finished => self.watch.finish(self.record.now_s()),
                        _ => {}
                    }
                    self.record.write(EventKind::Said { said })?;
                }
                seen = sensor.next() => self.see(seen)?,
                () = tokio::time::sleep(wake) => {}
            }
        }
    }

    pub(super) fn write_seen(&mut self, seen: EventKind) -> Result<(), PortError> {
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
pub(super) fn seconds(span: f64) -> std::time::Duration {
    std::time::Duration::try_from_secs_f64(span.max(0.0)).unwrap_or(limits::SILENCE)
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use async_trait::async_trait;
    use tokio::time::Instant;

    use super::super::{execute, options::Repair, ports::Observer, testing::Memory};
    use super::*;
    use crate::{
        model::{
            event::{Event, FaultState},
            fault::{CutZone, FaultSpec},
            scenario::{Action, Expectation, Scenario},
            timeline::Timeline,
        },
        plan::{self, Overrides},
        rehearsal::{FakeLab, Quirks},
        store::scenarios,
    };

    /// The smallest scenario there is, with a change.
    async fn played(
        ports: &mut Ports,
        screen: &mut dyn Observer,
        repair: Repair,
        said: Option<tokio::sync::watch::Receiver<Vec<Said>>>,
        change: impl FnOnce(&mut Scenario),
    ) -> Timeline {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/minimal.yaml");
        let (id, mut scenario) = scenarios::read(None, path).unwrap();
        change(&mut scenario);
        let facts = ports.surveyor.survey().await.unwrap();
        let plan = plan::compile(&id, &scenario, facts, 1, &Overrides::default()).unwrap();
        let options = Options { run: "test".into(), version: "0".into(), rehearsal: true, repair, said };
        execute(&plan, ports, &mut Memory, screen, &options, &CancellationToken::new()).await.unwrap()
    }

    fn roll_back() -> Action {
        Action::Kubectl("rollout undo deployment/payment".to_owned())
    }

    fn fix() -> Repair {
        Repair::Actions { name: "fix".to_owned(), actions: vec![roll_back()], after: Duration::from_secs(5) }
    }

    fn script() -> Repair {
        Repair::Script("fix.sh".into())
    }

    /// Looks at the lab whenever something is written down.
    struct Watcher {
        lab: FakeLab,
        is_in: bool,
        gaps_s: Vec<f64>,
    }

    impl Observer for Watcher {
        fn on_event(&mut self, event: &Event) {
            match event.kind {
                EventKind::Fault { step: 0, state: FaultState::Injected, .. } => self.is_in = true,
                EventKind::Fault { step: 0, state: FaultState::Healing, .. } => self.is_in = false,
                _ => {}
            }
            if self.is_in && self.lab.world().survey(Instant::now()).traces.is_empty() {
                self.gaps_s.push(event.at_s);
            }
        }
    }

    /// Nobody renewed it: it ended by itself in the baseline, and was put in again by the look before the heal.
    #[tokio::test(start_paused = true)]
    async fn a_latent_fault_that_is_held_stays_in_until_it_is_taken_out() {
        let lab = FakeLab::new("test", Quirks::default());
        let mut watcher = Watcher { lab: lab.clone(), is_in: false, gaps_s: Vec::new() };
        let latent = |scenario: &mut Scenario| {
            scenario.given.push(FaultSpec::CutZone(CutZone { zone: "dc-3".to_owned() }));
            scenario.load.baseline = "40s".parse().unwrap();
        };
        let timeline = played(&mut lab.ports(), &mut watcher, fix(), None, latent).await;
        assert_eq!(watcher.gaps_s, Vec::<f64>::new());
        let renewed = |event: &&Event| matches!(event.kind, EventKind::Renewed { step: 0 });
        let renewed_s: Vec<f64> = timeline.events.iter().filter(renewed).map(|event| event.at_s).collect();
        assert!(renewed_s.len() > 5 && renewed_s[0] < 12.0, "{renewed_s:?}");
        assert!(timeline.unhealed().is_empty() && lab.world().survey(Instant::now()).traces.is_empty());
    }

    /// Repairs at once, and goes on for so long.
    struct Slow(FakeLab, Duration);

    #[async_trait]
    impl Repairer for Slow {
        async fn act(&self, action: &Action) -> Result<(i32, String), PortError> {
            let done = self.0.act(action).await;
            tokio::time::sleep(self.1).await;
            done
        }

        async fn script(&self, _: &Path) -> Result<(i32, String), PortError> {
            self.act(&roll_back()).await
        }
    }

    /// How each command ended, and how long after the page the repaired lab was looked at.
    async fn typed(repair: Repair, takes: Duration) -> (Vec<Option<i32>>, f64) {
        let lab = FakeLab::new("test", Quirks::default());
        let mut ports = Ports { repairer: Box::new(Slow(lab.clone(), takes)), ..lab.ports() };
        let timeline = played(&mut ports, &mut Memory, repair, None, |_| {}).await;
        let events = &timeline.events;
        assert!(!events.iter().any(|event| matches!(event.kind, EventKind::BrokeOff { .. })));
        let statuses = events.iter().filter_map(|event| match event.kind {
            EventKind::Repair { status, .. } => Some(status),
            _ => None,
        });
        let looked_s = timeline.repaired_survey_s().unwrap();
        (statuses.collect(), looked_s - timeline.paged_s().unwrap().1)
    }

    /// The last command of a fix was killed as soon as customers were served again.
    #[tokio::test(start_paused = true)]
    async fn what_is_typed_is_typed_to_its_end_when_customers_are_served_again() {
        let (statuses, looked_s) = typed(fix(), Duration::from_mins(1)).await;
        assert_eq!(statuses, [None, Some(0)]);
        assert!((65.0..70.0).contains(&looked_s), "{looked_s}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_repair_that_never_ends_is_not_waited_for() {
        let hour = Duration::from_hours(1);
        let (statuses, looked_s) = typed(fix(), hour).await;
        assert_eq!(statuses, [None, Some(124)], "a command has a time of its own");
        assert!((180.0..200.0).contains(&looked_s), "{looked_s}");
        let (statuses, looked_s) = typed(script(), hour).await;
        assert_eq!(statuses, [None, Some(124)], "and a script the run's");
        assert!((180.0..220.0).contains(&looked_s), "{looked_s}");
    }

    /// Whatever was to be played again was played beside a script that nobody waited for any more.
    #[tokio::test(start_paused = true)]
    async fn a_script_that_is_not_waited_for_any_more_has_ended_before_the_replay() {
        let lab = FakeLab::new("test", Quirks::default());
        let takes = Duration::from_secs(200);
        let mut ports = Ports { repairer: Box::new(Slow(lab.clone(), takes)), ..lab.ports() };
        let again = |scenario: &mut Scenario| {
            let mut step = scenario.steps[0].clone();
            step.fault = Some(FaultSpec::CutZone(CutZone { zone: "dc-3".to_owned() }));
            step.lasting = Some("20s".parse().unwrap());
            scenario.then.push(step);
        };
        let timeline = played(&mut ports, &mut Memory, script(), None, again).await;
        let is_end = |event: &&Event| matches!(event.kind, EventKind::Repair { status: Some(_), .. });
        let ended: Vec<f64> = timeline.events.iter().filter(is_end).map(|event| event.at_s).collect();
        let replay_s = timeline.phase_s(Phase::Replay).unwrap();
        assert!(ended.len() == 1 && ended[0] <= replay_s, "{ended:?} {replay_s}");
    }

    /// Repairs nothing, and never ends.
    struct Hangs;

    #[async_trait]
    impl Repairer for Hangs {
        async fn act(&self, _: &Action) -> Result<(i32, String), PortError> {
            std::future::pending().await
        }

        async fn script(&self, _: &Path) -> Result<(i32, String), PortError> {
            std::future::pending().await
        }
    }

    /// A quarter of an hour was half an hour where an agent hung: its own time was waited for.
    #[tokio::test(start_paused = true)]
    async fn a_script_ends_with_the_time_of_the_run() {
        let lab = FakeLab::new("test", Quirks::default());
        let mut ports = Ports { repairer: Box::new(Hangs), ..lab.ports() };
        let timeline = played(&mut ports, &mut Memory, script(), None, |_| {}).await;
        let said = timeline.events.iter().find_map(|event| match &event.kind {
            EventKind::Repair { status: Some(124), output, .. } => Some(output.as_str()),
            _ => None,
        });
        assert_eq!(said, Some("its time was up"));
        let looked_s = timeline.repaired_survey_s().unwrap() - timeline.paged_s().unwrap().1;
        assert!((20.0..40.0).contains(&looked_s), "{looked_s}");
        assert!(!timeline.events.iter().any(|event| matches!(event.kind, EventKind::BrokeOff { .. })));
    }

    /// So long after a beginning, if ever.
    async fn reached(beginning: Instant, at_s: Option<u64>) {
        match at_s {
            Some(at_s) => tokio::time::sleep_until(beginning + Duration::from_secs(at_s)).await,
            None => std::future::pending().await,
        }
    }

    /// A person who repairs so long after the beginning, if ever, and calls it done so long after it, if ever: how long after the page the
    /// repaired lab was looked at.
    async fn by_a_person(repairs_s: Option<u64>, done_s: Option<u64>) -> f64 {
        let lab = FakeLab::new("test", Quirks::default());
        let (tell, said) = tokio::sync::watch::channel(Vec::new());
        let hands = lab.clone();
        tokio::spawn(async move {
            let beginning = Instant::now();
            let repairs = async {
                reached(beginning, repairs_s).await;
                hands.act(&roll_back()).await.unwrap();
            };
            let says = async {
                reached(beginning, done_s).await;
                tell.send(vec![Said::Finished]).unwrap();
            };
            tokio::join!(repairs, says);
            std::future::pending::<()>().await;
        });
        let patient = |scenario: &mut Scenario| {
            for expected in &mut scenario.expect {
                if let Expectation::Recovers(recovers) = expected {
                    recovers.within = "5m".parse().unwrap();
                }
            }
        };
        let timeline = played(&mut lab.ports(), &mut Memory, Repair::Person, Some(said), patient).await;
        timeline.repaired_survey_s().unwrap() - timeline.paged_s().unwrap().1
    }

    /// The run was over as soon as the goals had held, whatever the person still meant to do.
    #[tokio::test(start_paused = true)]
    async fn a_person_has_time_until_it_is_called_done() {
        let unsaid_s = by_a_person(Some(15), None).await;
        assert!((180.0..210.0).contains(&unsaid_s), "{unsaid_s}");
        let said_s = by_a_person(Some(15), Some(60)).await;
        assert!((40.0..60.0).contains(&said_s), "{said_s}");
        let early_s = by_a_person(Some(15), Some(16)).await;
        assert!(early_s < 35.0, "its hold is waited for, and no longer: {early_s}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_called_done_and_is_not_ends_sooner() {
        let never_s = by_a_person(None, None).await;
        let done_s = by_a_person(None, Some(15)).await;
        assert!(never_s > 300.0 && done_s < 120.0, "{done_s} and {never_s}");
    }

    /// Whoever said it straight after a roll-back was judged while the old pods still served.
    #[tokio::test(start_paused = true)]
    async fn what_is_called_done_has_the_time_of_a_roll_out() {
        let looked_s = by_a_person(Some(60), Some(16)).await;
        assert!((55.0..75.0).contains(&looked_s), "{looked_s}");
    }
}
