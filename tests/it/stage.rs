//! A run on the fake lab, in memory, on a paused clock.

use std::sync::Arc;

use droplab::{
    cli::exit::Exit,
    judge,
    model::{
        event::{Event, EventKind},
        plan::Plan,
        scenario::Scenario,
        timeline::Timeline,
        verdict::{Finding, Truth, Verdict},
    },
    plan::{self, Overrides},
    rehearsal::{FakeLab, Quirks},
    run::{
        self, Options, Repair,
        ports::{Journal, Observer, PortError},
    },
    store,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The scenario that droplab carries.
pub fn headline() -> (String, Scenario) {
    store::scenarios::read(None, "payment-pool-exhaustion").unwrap()
}

/// The smallest scenario there is.
pub fn minimal() -> (String, Scenario) {
    store::scenarios::read(None, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/minimal.yaml")).unwrap()
}

/// Events in memory, and as the text that would be in the file.
#[derive(Default)]
pub struct Memory {
    pub text: String,
    next: u64,
}

impl Journal for Memory {
    fn append(&mut self, at_s: f64, kind: EventKind) -> Result<Event, PortError> {
        let start: jiff::Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let wall = start + jiff::SignedDuration::from_secs_f64(at_s);
        let event = Event { seq: self.next, at_s: (at_s * 1000.0).round() / 1000.0, wall: format!("{wall:.3}"), kind };
        self.text += &(serde_json::to_string(&event).unwrap() + "\n");
        self.next += 1;
        Ok(event)
    }
}

/// A journal whose process is killed at its n-th line.
pub struct Dying {
    pub memory: Memory,
    pub left: usize,
    /// Whether the last line still reaches the disk.
    pub writes_last: bool,
    pub killed: Arc<Notify>,
}

impl Journal for Dying {
    fn append(&mut self, at_s: f64, kind: EventKind) -> Result<Event, PortError> {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 || self.writes_last {
            let event = self.memory.append(at_s, kind)?;
            if self.left == 0 {
                self.killed.notify_one();
            }
            return Ok(event);
        }
        self.killed.notify_one();
        Err(PortError::new("write", "killed"))
    }
}

/// Nobody watches.
pub struct Nobody;

impl Observer for Nobody {
    fn on_event(&mut self, _: &Event) {}
}

/// What is to be played.
pub struct Stage {
    pub id: String,
    pub scenario: Scenario,
    pub lab: FakeLab,
    pub overrides: Overrides,
    pub repair: Repair,
    pub stop: CancellationToken,
}

/// What came of it.
pub struct Outcome {
    pub timeline: Timeline,
    pub verdict: Verdict,
    pub exit: Exit,
}

impl Stage {
    /// The headline incident on a lab with these quirks, repaired as the scenario says.
    pub fn new(quirks: Quirks) -> Self {
        Self::of(headline(), quirks)
    }

    /// A scenario on a lab with these quirks, repaired as the scenario says.
    pub fn of((id, scenario): (String, Scenario), quirks: Quirks) -> Self {
        let repair = Repair::fix(&scenario.fixes[0]);
        let lab = FakeLab::new("test", quirks);
        Self { id, scenario, lab, overrides: Overrides::default(), repair, stop: CancellationToken::new() }
    }

    pub fn repair(mut self, repair: Repair) -> Self {
        self.repair = repair;
        self
    }

    pub fn plan(&self) -> Plan {
        let facts = self.lab.world().facts.clone();
        plan::compile(&self.id, &self.scenario, facts, 1, &self.overrides).unwrap()
    }

    pub fn options(&self) -> Options {
        Options {
            run: "run-1".into(),
            version: "0.0.0".into(),
            rehearsal: true,
            repair: self.repair.clone(),
            said: None,
        }
    }

    pub async fn play(&self) -> Outcome {
        self.play_on(&mut Memory::default(), &mut Nobody).await
    }

    pub async fn play_on(&self, journal: &mut dyn Journal, screen: &mut dyn Observer) -> Outcome {
        let plan = self.plan();
        let timeline =
            run::execute(&plan, &mut self.lab.ports(), journal, screen, &self.options(), &self.stop).await.unwrap();
        let verdict = judge::judge(&plan.scenario, &timeline);
        let exit = Exit::of(&verdict, &timeline);
        Outcome { timeline, verdict, exit }
    }
}

impl Outcome {
    /// The findings of one kind that came out like this.
    pub fn findings(&self, expectation: &str, truth: Truth) -> Vec<&Finding> {
        self.verdict.findings.iter().filter(|found| found.expectation == expectation && found.truth == truth).collect()
    }

    /// The one sentence of such a finding.
    #[track_caller]
    pub fn sentence(&self, expectation: &str, truth: Truth) -> &str {
        match self.findings(expectation, truth).as_slice() {
            [one, ..] => &one.sentence,
            [] => panic!("no {truth:?} of {expectation} in {:#?}", self.verdict.findings),
        }
    }

    pub fn was_hit(&self) -> bool {
        self.timeline.events.iter().any(|event| matches!(event.kind, EventKind::Performed { .. }))
    }
}
