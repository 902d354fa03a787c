//! Conformance of the headline incident on the fake lab, and what droplab says when the lab is not whole.

use std::time::Duration;

use droplab::{
    cli::exit::Exit,
    model::{
        event::{Event, EventKind, FaultState},
        scenario::{Action, Conditions, Expectation, Repeat, Step},
        step::Until,
        units::Rate,
        verdict::Truth,
    },
    rehearsal::Quirks,
    run::Repair,
};

use crate::stage::{Outcome, Stage, headline, minimal};

fn expect(outcome: &Outcome, truth: Truth, exit: Exit) {
    assert_eq!((outcome.verdict.truth, outcome.exit), (truth, exit), "{:#?}", outcome.verdict.findings);
}

fn step(text: &str) -> Step {
    let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    serde_yaml::with::singleton_map_recursive::deserialize(value).unwrap()
}

/// When a step was in.
fn in_s(outcome: &Outcome, step: usize) -> f64 {
    let is = |event: &&Event| matches!(event.kind, EventKind::Fault { step: of, state: FaultState::Injected, .. } if of == step);
    outcome.timeline.events.iter().find(is).expect("it was put in").at_s
}

/// Somebody types this so long after the beginning.
async fn typed_after(stage: &Stage, after_s: u64, line: &str) {
    let hands = stage.lab.ports().repairer;
    tokio::time::sleep(Duration::from_secs(after_s)).await;
    let (status, said) = hands.act(&Action::Kubectl(line.to_owned())).await.unwrap();
    assert_eq!(status, 0, "{said}");
}

#[tokio::test(start_paused = true)]
async fn the_reference_repair_passes() {
    let stage = Stage::new(Quirks::default());
    let outcome = stage.play().await;
    expect(&outcome, Truth::Pass, Exit::Pass);
    let times = &outcome.verdict.times;
    let order = [times.injected_s, times.paged_s, times.repaired_s, times.recovered_s];
    assert!(times.symptom_s > times.injected_s && times.symptom_s < times.repaired_s, "{times:?}");
    assert!(times.onset_s.is_some() && times.onset_s < times.paged_s, "{times:?}");
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{times:?}");
    assert!(outcome.verdict.effect.gauges["pool-waiting"] >= 380.0);
    assert!(outcome.verdict.probes["payment"].worst.unwrap() <= 0.12);
    assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
}

/// Rows that customers write after the blow are gone when the copy comes back: the books must have been read by then.
#[tokio::test(start_paused = true)]
async fn data_is_brought_back_after_the_last_reading_of_the_books() {
    let with_data = |repair| {
        let mut stage = Stage::new(Quirks::default()).repair(repair);
        let text =
            "{at: 2s, fault: {change-data: {sql: 'update payment.ledger set amount = 0', tables: payment.ledger}}}";
        stage.scenario.steps.push(step(text));
        stage
    };
    let fix = Repair::fix(&headline().1.fixes[0]);
    for (stage, reads_books) in [(with_data(fix), true), (with_data(Repair::Nobody), true)] {
        let before = stage.lab.world().facts.settings.tables.clone();
        let outcome = stage.play().await;
        let events = &outcome.timeline.events;
        let data =
            outcome.timeline.began().unwrap().1.injection.steps.iter().position(|step| step.recipe.restores_data());
        let data = data.unwrap();
        let healing = |wanted: bool| {
            let is = |event: &droplab::model::event::Event| matches!(event.kind, EventKind::Fault { step, state: droplab::model::event::FaultState::Healing, .. } if (step == data) == wanted);
            events.iter().position(is).unwrap()
        };
        let read = events.iter().rposition(|event| matches!(event.kind, EventKind::Reconciled { .. })).unwrap();
        assert!(
            reads_books && healing(false) < read && read < healing(true),
            "{} {read} {}",
            healing(false),
            healing(true)
        );
        assert_eq!(stage.lab.world().facts.settings.tables, before, "and it is brought back");
        assert_eq!(outcome.timeline.unhealed(), Vec::<usize>::new());
        assert_eq!(outcome.verdict.residue, Vec::<String>::new());
    }
    // Somebody who presses Ctrl-C wants it over: then nothing waits for books.
    let stage = with_data(Repair::Nobody);
    let stop = stage.stop.clone();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(40)).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(stage.play(), cancel);
    assert_eq!((outcome.exit, outcome.timeline.unhealed()), (Exit::Interrupted, vec![]));
}

#[tokio::test(start_paused = true)]
async fn the_reference_repair_passes_twice_on_one_lab() {
    let stage = Stage::new(Quirks::default());
    expect(&stage.play().await, Truth::Pass, Exit::Pass);
    expect(&stage.play().await, Truth::Pass, Exit::Pass);
}

#[tokio::test(start_paused = true)]
async fn a_different_valid_repair_passes() {
    let action = Action::Kubectl("set image deployment/payment payment=droplab/payment:2.8.0".into());
    let repair = Repair::Actions { name: "by hand".into(), actions: vec![action], after: Duration::from_mins(1) };
    expect(&Stage::new(Quirks::default()).repair(repair).play().await, Truth::Pass, Exit::Pass);
}

#[tokio::test(start_paused = true)]
async fn a_healthy_lab_passes() {
    let mut stage = Stage::new(Quirks::default());
    stage.overrides.healthy = true;
    let outcome = stage.repair(Repair::Nobody).play().await;
    expect(&outcome, Truth::Pass, Exit::Pass);
    assert!(!outcome.was_hit());
}

#[tokio::test(start_paused = true)]
async fn doing_nothing_fails_and_droplab_heals() {
    let stage = Stage::new(Quirks::default()).repair(Repair::Nobody);
    let outcome = stage.play().await;
    expect(&outcome, Truth::Fail, Exit::Fail);
    insta::assert_snapshot!(outcome.sentence("recovers", Truth::Fail), @"payment.success was at 8.88% at the end, `payment.success >= 99.8% for 30s` was expected within 8m of the page");
    assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
    assert_eq!(outcome.verdict.residue, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_repair_that_comes_too_late_fails() {
    let mut stage = Stage::new(Quirks::default());
    stage.overrides.within = Some("3s".parse().unwrap());
    let outcome = stage.play().await;
    expect(&outcome, Truth::Fail, Exit::Fail);
    assert_eq!(outcome.verdict.adjusted, ["time to repair 3s instead of 8m"]);
}

#[tokio::test(start_paused = true)]
async fn each_cheat_fails_as_its_scenario_says_and_is_named() {
    for cheat in headline().1.cheats {
        let stage = Stage::new(Quirks::default()).repair(Repair::cheat(&cheat));
        let outcome = stage.play().await;
        expect(&outcome, Truth::Fail, Exit::Fail);
        for id in &cheat.caught_by {
            assert_eq!(
                outcome.findings(id, Truth::Fail).len(),
                1,
                "{} by {id}: {:#?}",
                cheat.name,
                outcome.verdict.findings
            );
        }
        let named = |found: &droplab::model::verdict::Finding| found.sentence.contains(&cheat.name);
        let kept = headline().1.expect.into_iter().filter(|expected| matches!(expected, Expectation::Keeps(_)));
        if kept.map(|expected| expected.id()).any(|id| cheat.caught_by.contains(&id)) {
            assert!(outcome.verdict.findings.iter().any(named), "{}: {:#?}", cheat.name, outcome.verdict.findings);
        }
        let typed = outcome
            .timeline
            .events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Repair { status: Some(0), .. }));
        assert_eq!(typed.count(), cheat.actions.len(), "{}: the fake lab understands every action", cheat.name);
    }
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_answers_by_itself_loses_payments() {
    let cheat = headline().1.cheats.into_iter().find(|cheat| cheat.name == "answer-at-the-edge").unwrap();
    let outcome = Stage::new(Quirks::default()).repair(Repair::cheat(&cheat)).play().await;
    assert_eq!(outcome.findings("recovers", Truth::Fail).len(), 0, "traffic alone would be fooled");
    assert!(outcome.sentence("payments", Truth::Fail).contains("acknowledged, not in the ledger"));
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_too_slow_is_told_so_before_anything_breaks() {
    let outcome = Stage::new(Quirks { capacity: Some(800.0), ..Quirks::default() }).play().await;
    expect(&outcome, Truth::Unknown, Exit::Unknown);
    assert!(!outcome.was_hit());
    assert_eq!(outcome.verdict.proposed_rate, Some(Rate { per_second: 600.0 }));
    insta::assert_snapshot!(outcome.sentence("baseline", Truth::Unknown), @"payment.success was at 66.61% over 12000 requests in the baseline, `payment.success >= 99.8% for 30s` is needed; this machine may be too slow: try --rate 600/s, four fifths of what it reached");
}

#[tokio::test(start_paused = true)]
async fn the_proposed_rate_can_be_played_and_is_declared() {
    let mut stage = Stage::new(Quirks { capacity: Some(800.0), ..Quirks::default() });
    stage.overrides.rate = Some(Rate { per_second: 600.0 });
    let outcome = stage.play().await;
    expect(&outcome, Truth::Pass, Exit::Pass);
    assert_eq!(outcome.verdict.adjusted, ["payment at 600/s instead of 1200/s", "pool-waiting >= 190 instead of 380"]);
}

/// A lab that is not whole, the finding that says so, and a word of its sentence.
async fn unknown(quirks: Quirks, expectation: &str, says: &str) -> Outcome {
    let outcome = Stage::of(minimal_with_gauges(), quirks.clone()).play().await;
    expect(&outcome, Truth::Unknown, Exit::Unknown);
    let sentence = outcome.sentence(expectation, Truth::Unknown);
    assert!(sentence.contains(says), "{quirks:?}: {sentence}");
    outcome
}

fn minimal_with_gauges() -> (String, droplab::model::scenario::Scenario) {
    let (id, mut scenario) = minimal();
    scenario.gauges = headline().1.gauges;
    let in_use = "pool-in-use >= 50".parse().unwrap();
    scenario.symptom.as_mut().unwrap().when.0.push(in_use);
    scenario.load.customers.get_mut("browse").unwrap().rate = "20/s".parse().unwrap();
    scenario.bystanders = vec!["browse.success > 95%".parse().unwrap()];
    (id, scenario)
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_is_unknown_and_never_a_pass() {
    let quirks = Quirks::default;
    unknown(Quirks { harmless: true, ..quirks() }, "symptom", "showed no symptom").await;
    unknown(Quirks { blind_gauges: true, ..quirks() }, "baseline", "could not be read").await;
    unknown(Quirks { closed_books: true, ..quirks() }, "payments", "could not be read").await;
    unknown(Quirks { restless: true, ..quirks() }, "payments", "2 events wait in the outbox").await;
    unknown(Quirks { collateral: true, ..quirks() }, "bystander", "hit more than it should").await;
    unknown(Quirks { lag_ms: 400.0, ..quirks() }, "baseline", "late").await;
    let outcome = unknown(Quirks { no_customers: true, ..quirks() }, "lab", "does not answer").await;
    assert!(!outcome.was_hit());
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_put_in_is_the_labs_error() {
    let stage = Stage::of(minimal(), Quirks { failing_ops: 1, ..Quirks::default() });
    let outcome = stage.play().await;
    expect(&outcome, Truth::Unknown, Exit::Unknown);
    assert!(outcome.sentence("lab", Truth::Unknown).contains("the API server does not answer"));
    assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_healed_outranks_everything() {
    let stage = Stage::of(minimal(), Quirks { unhealable: true, ..Quirks::default() }).repair(Repair::Nobody);
    let outcome = stage.play().await;
    assert_eq!(outcome.exit, Exit::Unhealed);
    assert_eq!(
        outcome.verdict.residue,
        ["deployment/payment container payment is at droplab/payment:2.8.1, was at droplab/payment:2.8.0"]
    );
}

#[tokio::test(start_paused = true)]
async fn lost_doubled_and_refused_but_charged_payments_fail_whatever_the_traffic_says() {
    let quirks = Quirks::default;
    for quirks in [
        Quirks { forgets: 3, ..quirks() },
        Quirks { doubles: 1, ..quirks() },
        Quirks { charges_refused: 1, ..quirks() },
    ] {
        let outcome = Stage::of(minimal(), quirks).play().await;
        expect(&outcome, Truth::Fail, Exit::Fail);
        assert!(outcome.sentence("payments", Truth::Fail).contains("run-payment-18007"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_blind_survey_at_the_end_leaves_the_residue_unproven() {
    let stage = Stage::of(minimal(), Quirks::default());
    let plan = stage.plan();
    stage.lab.world().quirks.blind_surveys = true;
    let (mut lab, options) = (stage.lab.ports(), stage.options());
    let mut journal = crate::stage::Memory::default();
    let timeline =
        droplab::run::execute(&plan, &mut lab, &mut journal, &mut crate::stage::Nobody, &options, &stage.stop)
            .await
            .unwrap();
    let verdict = droplab::judge::judge(&plan.scenario, &timeline);
    assert_eq!(Exit::of(&verdict, &timeline), Exit::Unknown);
}

/// The last look before the heal waits for a frozen server for longer than the frost lives by itself.
#[tokio::test(start_paused = true)]
async fn what_is_held_is_renewed_while_a_slow_survey_goes_on() {
    let mut stage = Stage::new(Quirks { mute_server: true, ..Quirks::default() }).repair(Repair::Nobody);
    stage.scenario.steps.push(step("{at: 2s, fault: {freeze-pod: {target: redis}}}"));
    let outcome = stage.play().await;
    let steps = &outcome.timeline.began().unwrap().1.injection.steps;
    let held = steps.iter().position(|step| step.recipe.renewal().is_some()).expect("the frost is held");
    let at = |wanted: &dyn Fn(&EventKind) -> bool| {
        let found = outcome.timeline.events.iter().rfind(|event| wanted(&event.kind));
        found.unwrap_or_else(|| panic!("it is written down: {:#?}", outcome.verdict)).at_s
    };
    let surveyed_s = at(&|kind| matches!(kind, EventKind::Surveyed { healed: false, .. }));
    let renewed_s = at(&|kind| matches!(kind, EventKind::Renewed { step } if *step == held));
    assert!(surveyed_s - renewed_s < 10.0, "renewed at {renewed_s}, surveyed at {surveyed_s}");
    assert!(
        outcome.verdict.findings.iter().all(|finding| finding.expectation != "lease"),
        "{:#?}",
        outcome.verdict.findings
    );
}

/// Before the heal a server that does not answer is what the incident is about: four tries of it cost a minute a run.
#[tokio::test(start_paused = true)]
async fn a_mute_server_is_waited_for_once_before_the_heal() {
    let stage = Stage::new(Quirks { mute_server: true, ..Quirks::default() }).repair(Repair::Nobody);
    let outcome = stage.play().await;
    let events = &outcome.timeline.events;
    let surveyed = |event: &&Event| matches!(event.kind, EventKind::Surveyed { healed: false, .. });
    let surveyed = events.iter().find(surveyed).expect("it is written down");
    let before = events.iter().rfind(|event| event.seq < surveyed.seq).expect("something was before it");
    assert!(surveyed.at_s - before.at_s < 15.0, "from {} to {}", before.at_s, surveyed.at_s);
}

/// A repair in the last second of its time is in time, and nobody has seen it yet when that second is over.
#[tokio::test(start_paused = true)]
async fn a_repair_that_came_in_time_may_hold_after_it() {
    let outcome = Stage::of(minimal(), Quirks::default()).repair(Repair::Nobody).play().await;
    let surveyed = |event: &&Event| matches!(event.kind, EventKind::Surveyed { healed: false, .. });
    let surveyed_s = outcome.timeline.events.iter().find(surveyed).expect("it is written down").at_s;
    let (_, paged_s) = outcome.timeline.paged_s().expect("it pages");
    let (within_s, hold_s) = (20.0, 6.0);
    assert!(surveyed_s - paged_s > within_s + hold_s, "paged at {paged_s}, looked at at {surveyed_s}");
}

/// Rows that are brought back from a copy would undo a repair before its books were read.
#[tokio::test(start_paused = true)]
async fn data_is_brought_back_only_when_it_has_been_counted() {
    let mut stage = Stage::new(Quirks::default());
    let text = "{change-data: {sql: drop table orders.orders, tables: 'orders.orders,orders.outbox'}}";
    let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    let fault = serde_yaml::with::singleton_map_recursive::deserialize(value).unwrap();
    let mut step = stage.scenario.steps[0].clone();
    step.fault = Some(fault);
    stage.scenario.steps.push(step);
    let outcome = stage.play().await;
    let at =
        |wanted: &dyn Fn(&EventKind) -> bool| outcome.timeline.events.iter().rposition(|event| wanted(&event.kind));
    let read = at(&|kind| matches!(kind, EventKind::Reconciled { .. })).expect("the books are read");
    let healed = |step: usize| {
        at(&|kind| matches!(kind, EventKind::Fault { step: of, state: FaultState::Healing, .. } if *of == step))
            .expect("healed")
    };
    assert!(healed(0) < read, "a release is taken back before the books are read");
    assert!(healed(1) > read, "data comes back after it");
    assert!(outcome.timeline.unhealed().is_empty());
}

/// Its later times were neither in nor called off: no repair was ever due, and nobody recovered.
#[tokio::test(start_paused = true)]
async fn a_repetition_that_its_condition_has_ended_is_waited_for_by_nobody() {
    let mut stage = Stage::of(minimal(), Quirks::default());
    let mut cut = step("{at: 2s, for: 1s, fault: {cut-zone: {zone: dc-3}}}");
    let until = Until::When(Conditions(vec!["payment.success < 50% for 2s".parse().unwrap()]));
    cut.repeat = Some(Repeat { every: "3s".parse().unwrap(), times: 20, until: Some(until) });
    stage.scenario.steps.push(cut);
    stage.scenario.symptom.as_mut().unwrap().outlives = Some("2s".parse().unwrap());
    let outcome = stage.play().await;
    expect(&outcome, Truth::Pass, Exit::Pass);
    let injected = |event: &&Event| matches!(event.kind, EventKind::Fault { state: FaultState::Injected, .. });
    let count = outcome.timeline.events.iter().filter(injected).count();
    assert!((2..=4).contains(&count), "the release, and a few of twenty: {count}");
}

/// It began when the goals had held, and was dropped in the middle by a run that ended in the same moment.
#[tokio::test(start_paused = true)]
async fn a_run_does_not_end_while_a_step_is_going_in() {
    let mut stage = Stage::of(minimal(), Quirks::default());
    stage.overrides.within = Some("1m".parse().unwrap());
    stage.scenario.steps.push(step("{when: payment.success >= 99.8% for 6s, fault: {cut-zone: {zone: dc-3}}}"));
    let outcome = stage.play().await;
    expect(&outcome, Truth::Pass, Exit::Pass);
    let (in_s, looked_s) = (in_s(&outcome, 1), outcome.timeline.repaired_survey_s().unwrap());
    assert!(looked_s - in_s >= 6.0, "in at {in_s}, and held without it only, at {looked_s}");
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_condition_never_comes_leaves_the_run_unknown() {
    let mut stage = Stage::of(minimal(), Quirks::default());
    stage.scenario.steps.push(step("{when: payment.success < 1%, fault: {cut-zone: {zone: dc-3}}}"));
    let outcome = stage.play().await;
    expect(&outcome, Truth::Unknown, Exit::Unknown);
    assert_eq!(outcome.sentence("symptom", Truth::Unknown), "step 2 was never put in");
}

/// Whoever is quick has not repaired what is still to come.
#[tokio::test(start_paused = true)]
async fn a_run_does_not_end_before_its_last_step_is_in() {
    let mut stage = Stage::of(minimal(), Quirks::default()).repair(Repair::Nobody);
    stage.overrides.within = Some("2m".parse().unwrap());
    stage.scenario.steps.push(step("{at: 60s, fault: {cut-zone: {zone: dc-3}}}"));
    let (outcome, ()) = tokio::join!(stage.play(), typed_after(&stage, 20, "rollout undo deployment/payment"));
    expect(&outcome, Truth::Pass, Exit::Pass);
    let (in_s, looked_s) = (in_s(&outcome, 1), outcome.timeline.repaired_survey_s().unwrap());
    assert!(in_s > 60.0 && looked_s - in_s >= 6.0, "in at {in_s}, looked at at {looked_s}");
}

/// What somebody else has broken is not what this incident pages for.
#[tokio::test(start_paused = true)]
async fn nobody_is_paged_before_the_first_step_is_in() {
    let mut stage = Stage::of(minimal(), Quirks::default()).repair(Repair::Nobody);
    stage.scenario.steps[0].at = Some("20s".parse().unwrap());
    let breaks = "set image deployment/payment payment=droplab/payment:2.8.1";
    let (outcome, ()) = tokio::join!(stage.play(), typed_after(&stage, 6, breaks));
    let in_s = in_s(&outcome, 0);
    let mut before = outcome.timeline.windows("payment").filter(|(_, window)| window.to_s < in_s);
    assert!(before.any(|(_, window)| window.ok < 20), "it was bad enough before");
    let (_, paged_s) = outcome.timeline.paged_s().expect("it pages");
    assert!(paged_s > in_s, "paged at {paged_s}, put in at {in_s}");
}

/// Gauges go on when the customers do not: a watchdog that hears them waits for ever.
#[tokio::test(start_paused = true)]
async fn a_run_whose_customers_fall_silent_breaks_off_in_time() {
    let silent = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), 10)).collect();
    let quirks = Quirks::default;
    for (quirks, says, latest_s) in [
        (Quirks { customers_die_at: Some(10), ..quirks() }, "watch the customers: they ended", 12.0),
        (Quirks { silent_from: silent(&["browse", "payment"]), ..quirks() }, "nothing was heard of them", 32.0),
        (Quirks { silent_from: silent(&["browse"]), ..quirks() }, "watch the customers `browse`", 32.0),
    ] {
        let stage = Stage::of(minimal_with_gauges(), quirks).repair(Repair::Nobody);
        let outcome = stage.play().await;
        expect(&outcome, Truth::Unknown, Exit::Unknown);
        let events = &outcome.timeline.events;
        let broke = events.iter().find_map(|event| match &event.kind {
            EventKind::BrokeOff { reason } => Some((event.at_s, reason)),
            _ => None,
        });
        let (broke_s, reason) = broke.expect("it breaks off");
        assert!(reason.contains(says) && broke_s < latest_s, "{says}, by {latest_s}: {reason}, at {broke_s}");
        let read = |event: &&Event| event.at_s <= broke_s && matches!(event.kind, EventKind::Gauge { .. });
        assert!(events.iter().rfind(read).unwrap().at_s > broke_s - 2.0, "gauges go on");
        assert!(events.last().unwrap().at_s < broke_s + 10.0);
        assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
    }
}
