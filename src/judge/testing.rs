//! Literal timelines for the tests of judgements.
//!
//! **Invariant**: a line of a test is a second of a run.

mod plans;

use crate::model::{
    event::{Event, EventKind, FaultState, Phase},
    facts::Facts,
    ledger::{LedgerName, LedgerReading},
    op::{Op, Recipe},
    plan::{Injection, Plan, PlannedStep},
    scenario::Scenario,
    timeline::Timeline,
    verdict::{Truth, Verdict},
    window::Window,
};

/// 100 requests a second, 3 s of baseline, 20 s to repair, 6 s to hold.
const SCENARIO: &str = include_str!("../../tests/it/minimal.yaml");

pub(super) fn yaml<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_yaml::with::singleton_map_recursive::deserialize(serde_yaml::Deserializer::from_str(text)).unwrap()
}

pub(super) fn scenario() -> Scenario {
    yaml(SCENARIO)
}

/// A lab with payment at a version.
pub(super) fn facts(version: &str) -> Facts {
    super::residue::testing_facts(version)
}

/// A run, written down second by second.
pub(super) struct Story {
    pub(super) scenario: Scenario,
    events: Vec<Event>,
    at_s: f64,
}

fn image(version: &str) -> Op {
    Op::SetImage {
        deployment: "payment".into(),
        container: "payment".into(),
        image: format!("droplab/payment:{version}"),
        change_cause: version.into(),
    }
}

impl Story {
    /// A run that began.
    pub(super) fn of(scenario: Scenario) -> Self {
        let fault = scenario.steps[0].fault.clone().unwrap();
        let recipe = Recipe { inject: vec![image("2.8.1")], heal: vec![image("2.8.0")] };
        let steps = vec![PlannedStep::at(1.0, fault, recipe)];
        let injection = Injection { seed: 1, before: facts("2.8.0"), steps };
        let plan = Plan {
            scenario_id: "test".into(),
            scenario: scenario.clone(),
            injection,
            adjusted: vec![],
            under_test: None,
        };
        let story = Self { scenario, events: Vec::new(), at_s: 0.0 };
        let plan = Box::new(plan);
        story.say(EventKind::RunBegan { run: "r".into(), version: "0".into(), rehearsal: false, plan })
    }

    fn plan(&mut self) -> &mut Plan {
        match &mut self.events[0].kind {
            EventKind::RunBegan { plan, .. } => plan,
            _ => unreachable!("a story begins with its run"),
        }
    }

    pub(super) fn say(mut self, kind: EventKind) -> Self {
        let seq = self.events.len() as u64;
        self.events.push(Event { seq, at_s: self.at_s, wall: String::new(), kind });
        self
    }

    /// So many seconds in which so many of 100 payments (and every browser) were served.
    pub(super) fn seconds(mut self, seconds: u32, served: u64) -> Self {
        for _ in 0..seconds {
            let (from_s, to_s) = (self.at_s, self.at_s + 1.0);
            self.at_s = to_s;
            let window = Window { from_s, to_s, intended: 100, ok: served, failed: 100 - served, ..Window::default() };
            let browse = Window { from_s, to_s, intended: 5, ok: 5, ..Window::default() };
            self = self.say(EventKind::Traffic { probe: "payment".into(), window });
            self = self.say(EventKind::Traffic { probe: "browse".into(), window: browse });
        }
        self
    }

    /// Change the last second of a probe.
    pub(super) fn but(mut self, name: &str, change: impl FnOnce(&mut Window)) -> Self {
        let last = self.events.iter_mut().rev().find_map(|event| match &mut event.kind {
            EventKind::Traffic { probe, window } if probe == name => Some(window),
            _ => None,
        });
        change(last.unwrap());
        self
    }

    pub(super) fn phase(self, phase: Phase) -> Self {
        self.say(EventKind::PhaseBegan { phase })
    }

    pub(super) fn fault(self, state: FaultState) -> Self {
        self.say(EventKind::Fault { step: 0, state, reason: None })
    }

    pub(super) fn gauge(self, probe: &str, value: Option<f64>) -> Self {
        self.say(EventKind::Gauge { probe: probe.into(), value, error: value.is_none().then(|| "refused".to_owned()) })
    }

    /// The gauge `waiting` was read before anything began.
    pub(super) fn read_before(self) -> Self {
        self.gauge("waiting", Some(0.0))
    }

    /// Four steady seconds.
    pub(super) fn baseline(self) -> Self {
        let story = self.fault(FaultState::Planned).phase(Phase::Baseline).seconds(4, 100);
        story.phase(Phase::Fault)
    }

    /// The fault, and a second in which nothing is seen yet.
    pub(super) fn inject(self) -> Self {
        self.fault(FaultState::Injecting).fault(FaultState::Injected).seconds(1, 100)
    }

    pub(super) fn broken(self) -> Self {
        self.baseline().inject()
    }

    /// The same, with its symptom, and paged.
    pub(super) fn paged(self) -> Self {
        self.broken().seconds(3, 5).say(EventKind::Paged { sentence: "P1".into() })
    }

    /// Healed, with so many seconds measured after it; [`Self::end`] still follows.
    pub(super) fn aftermath(self, seconds: u32, served: u64) -> Self {
        let story = self.surveyed(false, facts("2.8.0")).fault(FaultState::Healing).fault(FaultState::Healed);
        story.phase(Phase::Aftermath).seconds(seconds, served)
    }

    /// Wound up: whole books, the lab as it was repaired and as it was healed.
    pub(super) fn end(self) -> Self {
        let reading = LedgerReading { acknowledged: 500, recorded: 500, ..LedgerReading::default() };
        let healed =
            self.events.iter().any(|event| matches!(event.kind, EventKind::Fault { state: FaultState::Healed, .. }));
        let story = if healed { self } else { self.surveyed(false, facts("2.8.0")).healing() };
        story.reconciled(reading).surveyed(true, facts("2.8.0")).say(EventKind::RunEnded { lab_errors: vec![] })
    }

    /// At rest, and the books read twice with the same outcome.
    pub(super) fn reconciled(self, reading: LedgerReading) -> Self {
        let read = EventKind::Reconciled { ledger: LedgerName::Payments, reading: Some(reading), error: None };
        self.say(EventKind::Quiesced { after_s: 3.0, moving: vec![] }).say(read.clone()).say(read)
    }

    pub(super) fn surveyed(self, healed: bool, facts: Facts) -> Self {
        self.say(EventKind::Surveyed { healed, facts: Box::new(facts) })
    }

    pub(super) fn healing(self) -> Self {
        self.fault(FaultState::Healing).fault(FaultState::Healed)
    }

    pub(super) fn healed(self) -> Self {
        self.healing().surveyed(true, facts("2.8.0")).say(EventKind::RunEnded { lab_errors: vec![] })
    }

    /// What was written down so far.
    pub(super) fn events(self) -> Vec<Event> {
        self.events
    }

    pub(super) fn judged(self) -> Verdict {
        super::judge(&self.scenario, &Timeline { events: self.events })
    }
}

/// How the findings of one id came out, and what they say.
#[track_caller]
pub(super) fn found(verdict: &Verdict, id: &str) -> (Truth, String) {
    let found: Vec<_> = verdict.findings.iter().filter(|finding| finding.expectation == id).collect();
    let worst = found.iter().max_by_key(|finding| finding.truth);
    let worst = worst.unwrap_or_else(|| panic!("no finding `{id}` in {:#?}", verdict.findings));
    (worst.truth, worst.sentence.clone())
}
