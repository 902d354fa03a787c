//! Literal timelines for the tests of judgements.
//!
//! **Invariant**: a line of a test is a second of a run.

use crate::model::{
    event::{Event, EventKind, FaultState, Phase},
    facts::{Deployment, Facts},
    ledger::{LedgerName, LedgerReading},
    op::{Op, Recipe},
    plan::{Injection, Plan, PlannedStep},
    scenario::Scenario,
    timeline::Timeline,
    verdict::{Truth, Verdict},
    window::Window,
};

/// 100 requests a second, 3 s of baseline, 20 s to repair, 3 s to hold.
const SCENARIO: &str = include_str!("../../tests/it/minimal.yaml");

pub(super) fn scenario() -> Scenario {
    serde_yaml::with::singleton_map_recursive::deserialize(serde_yaml::Deserializer::from_str(SCENARIO)).unwrap()
}

/// A lab with payment at a version.
pub(super) fn facts(version: &str) -> Facts {
    let payment = Deployment {
        replicas: 2,
        ready: 2,
        images: [("payment".to_owned(), format!("droplab/payment:{version}"))].into(),
        env: [("payment/DB_POOL_SIZE".to_owned(), "50".to_owned())].into(),
        ..Deployment::default()
    };
    Facts {
        deployments: [("payment".to_owned(), payment)].into(),
        postgres_settings: [("max_connections".to_owned(), "200".to_owned())].into(),
        postgres_started: Some("2026-01-01T00:00:00Z".into()),
        configs: [("configmap/nginx".to_owned(), "a".to_owned())].into(),
        ..Facts::default()
    }
}

/// A run, written down second by second.
pub(super) struct Story {
    pub(super) scenario: Scenario,
    events: Vec<Event>,
    at_s: f64,
}

impl Story {
    /// A run that began.
    pub(super) fn of(scenario: Scenario) -> Self {
        let set = |version: &str| Op::SetImage {
            deployment: "payment".into(),
            container: "payment".into(),
            image: format!("droplab/payment:{version}"),
            change_cause: version.into(),
        };
        let fault = scenario.steps[0].fault.clone();
        let recipe = Recipe { inject: vec![set("2.8.1")], heal: vec![set("2.8.0")] };
        let plan = Plan {
            scenario_id: "test".into(),
            scenario: scenario.clone(),
            injection: Injection {
                seed: 1,
                before: facts("2.8.0"),
                steps: vec![PlannedStep { at_s: 1.0, fault, recipe }],
            },
            adjusted: vec![],
        };
        let story = Self { scenario, events: Vec::new(), at_s: 0.0 };
        let plan = Box::new(plan);
        story.say(EventKind::RunBegan { run: "r".into(), version: "0".into(), rehearsal: false, plan })
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
            self = self.say(EventKind::Traffic { probe: "payment-success".into(), window });
            self = self.say(EventKind::Traffic { probe: "browse-success".into(), window: browse });
        }
        self
    }

    /// Change the last payment second.
    pub(super) fn but(mut self, change: impl FnOnce(&mut Window)) -> Self {
        let last = self.events.iter_mut().rev().find_map(|event| match &mut event.kind {
            EventKind::Traffic { probe, window } if probe == "payment-success" => Some(window),
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

    /// Four steady seconds, the fault, and a second in which nothing is seen yet.
    pub(super) fn broken(self) -> Self {
        let story = self.fault(FaultState::Planned).phase(Phase::Baseline).seconds(4, 100).phase(Phase::Turbulence);
        story.fault(FaultState::Injecting).fault(FaultState::Injected).seconds(1, 100)
    }

    /// The same, bitten and paged.
    pub(super) fn paged(self) -> Self {
        self.broken().seconds(3, 5).say(EventKind::Paged { sentence: "P1".into() })
    }

    /// Wound up: whole books, the lab as it was repaired and as it was healed.
    pub(super) fn end(self) -> Self {
        let reading = LedgerReading { acknowledged: 500, recorded: 500, ..LedgerReading::default() };
        self.reconciled(reading).surveyed(false, facts("2.8.0")).healed()
    }

    /// At rest, and the books read twice with the same outcome.
    pub(super) fn reconciled(self, reading: LedgerReading) -> Self {
        let read = EventKind::Reconciled { ledger: LedgerName::Payments, reading: Some(reading), error: None };
        self.say(EventKind::Quiesced { after_s: 3.0, moving: vec![] }).say(read.clone()).say(read)
    }

    pub(super) fn surveyed(self, healed: bool, facts: Facts) -> Self {
        self.say(EventKind::Surveyed { healed, facts: Box::new(facts) })
    }

    pub(super) fn healed(self) -> Self {
        let story = self.fault(FaultState::Healing).fault(FaultState::Healed).surveyed(true, facts("2.8.0"));
        story.say(EventKind::RunEnded { lab_errors: vec![] })
    }

    pub(super) fn judged(self) -> Verdict {
        super::judge(&self.scenario, &Timeline { events: self.events })
    }
}

/// How the findings of one kind came out, and what they say.
pub(super) fn found(verdict: &Verdict, expectation: &str) -> (Truth, String) {
    let found: Vec<_> = verdict.findings.iter().filter(|finding| finding.expectation == expectation).collect();
    let worst = found.iter().max_by_key(|finding| finding.truth).unwrap();
    (worst.truth, worst.sentence.clone())
}
