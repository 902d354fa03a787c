//! Every incident in memory: page, symptom, goals and repairs of each file fit together, before a lab is asked.

use std::path::Path;

use droplab::{
    model::{
        event::{Event, EventKind, FaultState},
        scenario::Scenario,
        verdict::Truth,
    },
    plan::Overrides,
    rehearsal::{FakeLab, Quirks},
    run::Repair,
    store,
};

use crate::stage::{Outcome, Stage};

/// Those that droplab carries, and the drafts where there are any.
fn incidents() -> Vec<(String, Scenario)> {
    let carried = store::scenarios::ids(None).unwrap();
    let carried = carried.iter().map(|id| store::scenarios::read(None, id).unwrap());
    let drafts = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/drafts").read_dir();
    let drafts = drafts.into_iter().flatten().map(|entry| store::scenarios::read_file(&entry.unwrap().path()).unwrap());
    carried.chain(drafts.map(|(id, scenario, _)| (id, scenario))).collect()
}

fn rehearsed(incident: &(String, Scenario)) -> Stage {
    let lab = FakeLab::for_scenario(&incident.1, Quirks::default());
    Stage { lab, ..Stage::of(incident.clone(), Quirks::default()) }
}

#[tokio::test(start_paused = true)]
async fn each_repair_passes() {
    for incident in incidents() {
        for fix in &incident.1.fixes {
            let outcome = rehearsed(&incident).repair(Repair::fix(fix)).play().await;
            let found = &outcome.verdict.findings;
            assert_eq!(outcome.verdict.truth, Truth::Pass, "{} by {}: {found:#?}", incident.0, fix.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_done_fails() {
    for incident in incidents() {
        let outcome = rehearsed(&incident).repair(Repair::Nobody).play().await;
        assert_eq!(outcome.verdict.truth, Truth::Fail, "{}: {:#?}", incident.0, outcome.verdict.findings);
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_lab_passes_where_something_is_to_break() {
    for incident in incidents().into_iter().filter(|(_, scenario)| !scenario.steps.is_empty()) {
        let stage = rehearsed(&incident).repair(Repair::Nobody);
        let stage = Stage { overrides: Overrides { healthy: true, ..Overrides::default() }, ..stage };
        let outcome = stage.play().await;
        assert_eq!(outcome.verdict.truth, Truth::Pass, "{}: {:#?}", incident.0, outcome.verdict.findings);
    }
}

/// A trigger that goes on until it does no harm any more is taken out by that, long before its time.
#[tokio::test(start_paused = true)]
async fn a_step_ends_as_soon_as_what_ends_it_is_so() {
    let mut incident = incidents().into_iter().find(|(id, _)| id == "cascading-timeout").unwrap();
    let step = &incident.1.steps[0];
    assert!(step.until.is_some() && step.lasting.unwrap().0.as_secs() >= 600);
    let out_s = |outcome: &Outcome| {
        let out = |event: &&Event| matches!(&event.kind, EventKind::Fault { step: 1, state: FaultState::Healed, reason: Some(why) } if why == "its time is over");
        outcome.timeline.events.iter().find(out).map(|event| event.at_s)
    };
    let outcome = rehearsed(&incident).play().await;
    let repaired_s = outcome.verdict.times.repaired_s.unwrap();
    let ended_s = out_s(&outcome).unwrap();
    assert!(ended_s > repaired_s && ended_s < repaired_s + 30.0, "{ended_s} {repaired_s}");

    // Without it the trigger stays until the run is over.
    incident.1.steps[0].until = None;
    assert_eq!(out_s(&rehearsed(&incident).play().await), None);
}
