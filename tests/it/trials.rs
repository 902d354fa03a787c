//! A service under test: an image in the place of a service, and nobody who repairs.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use droplab::{
    cli::exit::Exit,
    model::{
        conditions::Conditions,
        event::EventKind,
        plan::{Part, Plan, UnderTest},
        verdict::Truth,
    },
    plan::{self, Overrides},
    rehearsal::{FakeLab, Quirks},
    report::Format,
    run::Repair,
    store,
};

use crate::stage::Stage;

fn on_trial(service: &str, version: &str) -> Overrides {
    let (service, image, version) = (service.to_owned(), format!("mine:{version}"), version.to_owned());
    Overrides { under_test: Some(UnderTest { service, image, version }), ..Overrides::default() }
}

fn planned(scenario: &str, service: &str) -> Result<Plan, String> {
    let (id, scenario) = store::scenarios::read(None, scenario).unwrap();
    let mut facts = FakeLab::for_scenario(&scenario, Quirks::default()).world().facts.clone();
    facts.images.push(format!("docker.io/droplab/{service}:under-test-1"));
    plan::compile(&id, &scenario, facts, 1, &on_trial(service, "under-test-1")).map_err(|refused| refused.to_string())
}

#[tokio::test(start_paused = true)]
async fn an_image_that_carries_the_load_survives_and_one_that_does_not_has_failed() {
    for (version, truth, exit) in [("2.9.0", Truth::Pass, Exit::Pass), ("2.8.1", Truth::Fail, Exit::Fail)] {
        let mut stage = Stage::new(Quirks::default()).repair(Repair::Nobody);
        stage.overrides = on_trial("payment", version);
        let outcome = stage.play().await;
        let verdict = &outcome.verdict;
        assert_eq!((verdict.truth, outcome.exit), (truth, exit), "{version}: {:#?}", verdict.findings);
        assert_eq!(verdict.score, None, "a card is a person's");
        assert!(outcome.timeline.events.iter().all(|event| !matches!(event.kind, EventKind::Paged { .. })));
        assert_eq!(verdict.residue, Vec::<String>::new());
        let told = verdict.adjusted.join("\n");
        assert!(told.contains(&format!("payment is mine:{version}")), "{told}");
    }
}

/// A course got an error of the machine's for an image that had survived.
#[tokio::test(start_paused = true)]
async fn a_classroom_gives_a_service_all_points_or_none() {
    for (version, status, points) in [("2.9.0", "pass", 100), ("2.8.1", "fail", 0)] {
        let mut stage = Stage::new(Quirks::default()).repair(Repair::Nobody);
        stage.overrides = on_trial("payment", version);
        let outcome = stage.play().await;
        let text = Format::Classroom.render(&outcome.timeline, &outcome.verdict);
        let told: serde_json::Value = serde_json::from_slice(&STANDARD.decode(text.trim()).unwrap()).unwrap();
        assert!(told["status"] == status && told["max_score"] == 100, "{told}");
        let row = told["tests"].as_array().unwrap().last().unwrap();
        assert!(row["status"] == status && row["score"] == points && row["max_score"] == 100, "{told}");
    }
}

#[test]
fn the_trial_has_the_image_in_every_release_its_role_has_in_the_scenario() {
    let plan = planned("cascading-timeout", "storefront").unwrap();
    assert_eq!(plan.injection.of(Part::Given).count(), 0, "its latent release is that of the role under test");
    assert_eq!(plan.injection.of(Part::Incident).count(), 0);
    let trial: Vec<_> = plan.injection.of(Part::Replay).map(|(_, step)| (step.fault.key(), step.lasts_s)).collect();
    assert_eq!(trial, [("deploy-version", None), ("break-http", Some(60.0))]);
    insta::assert_snapshot!(plan.adjusted.join("\n"), @r"
    storefront is mine:under-test-1 (under-test-1), rolled out before anything breaks; nobody repairs
    step 1 lasts 1m and not until something is repaired
    ");
    assert!(!plan.scenario.gauges.contains_key("places-taken"), "a number that only the release with the defect tells");
    assert!(planned("secret-rotation", "payment").is_ok(), "as docs/exams.md says");
    let plan = planned("cascading-timeout", "catalog").unwrap();
    assert_eq!(plan.injection.of(Part::Given).count(), 1, "another role's release stays as the scenario has it");
}

#[test]
fn what_no_service_can_survive_is_refused() {
    let refused = planned("nothing-is-wrong", "notification").unwrap_err();
    assert_eq!(refused, "--service: nothing breaks in this scenario that a service could survive");
    let (_, mut scenario) = store::scenarios::read(None, "payment-pool-exhaustion").unwrap();
    let mut waits = scenario.steps[0].clone();
    waits.at = None;
    waits.when = Some(Conditions(vec!["payment.success < 50%".parse().unwrap()]));
    waits.fault = store::scenarios::read(None, "cascading-timeout").unwrap().1.steps[0].fault.clone();
    scenario.steps.push(waits);
    let facts = FakeLab::new("test", Quirks::default()).world().facts.clone();
    let refused = plan::compile("x", &scenario, facts, 1, &on_trial("payment", "2.9.0")).unwrap_err().to_string();
    assert!(refused.contains("step 2 waits for `payment.success < 50%`"), "{refused}");
}
