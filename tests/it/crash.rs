//! Ctrl-C and sudden death at every moment: the lab always comes back.

use std::{path::Path, sync::Arc};

use droplab::{
    cli::exit::Exit,
    model::{
        event::{EventKind, FaultState},
        scenario::Scenario,
        verdict::Truth,
    },
    rehearsal::Quirks,
    run::{
        self, Repair,
        heal::{self, HealError},
    },
    store::journal,
};
use proptest::prelude::*;
use tokio::{sync::Notify, time::Duration};

use crate::stage::{Dying, Memory, Nobody, Stage, headline, minimal};

fn tiny() -> (String, Scenario) {
    let (id, mut scenario) = minimal();
    scenario.load.customers.retain(|name, _| name == "payment");
    (id, scenario)
}

/// Kill a run at its n-th line; what is then in the journal, and whether the run got that far.
async fn kill_at(stage: &Stage, line: usize, writes_last: bool) -> (String, bool) {
    let killed = Arc::new(Notify::new());
    let mut dying = Dying { memory: Memory::default(), left: line, writes_last, killed: killed.clone() };
    let (plan, mut lab, options) = (stage.plan(), stage.lab.ports(), stage.options());
    let mut nobody = Nobody;
    let died = tokio::select! {
        biased;
        () = killed.notified() => true,
        _ = run::execute(&plan, &mut lab, &mut dying, &mut nobody, &options, &stage.stop) => false,
    };
    (dying.memory.text, died)
}

#[tokio::test(start_paused = true)]
async fn from_every_prefix_of_the_journal_heal_brings_the_lab_back_and_twice_is_once() {
    let whole = {
        let mut memory = Memory::default();
        Stage::of(tiny(), Quirks::default()).repair(Repair::Nobody).play_on(&mut memory, &mut Nobody).await;
        memory.text.lines().count()
    };
    assert!(whole > 50, "{whole} lines");
    let mut hit = 0;
    for (line, writes_last) in (1..=whole).flat_map(|line| [(line, false), (line, true)]) {
        let stage = Stage::of(tiny(), Quirks::default()).repair(Repair::Nobody);
        let (mut text, _) = kill_at(&stage, line, writes_last).await;
        hit += usize::from(stage.lab.world().image("payment") != Some("droplab/payment:2.8.0"));
        // The line after the last was torn.
        text += r#"{"seq":9,"at_s":1."#;
        let timeline = journal::parse(Path::new("journal.jsonl"), &text).unwrap();
        let mut later = Memory::default();
        let healed = match heal::from_journal(&timeline, &stage.lab.ports(), &mut later, &mut Nobody).await {
            Ok(healed) => healed,
            Err(HealError::NoPlan) if timeline.events.is_empty() => continue,
            Err(error) => panic!("line {line}: {error}"),
        };
        assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"), "line {line} {writes_last}");
        assert_eq!(stage.lab.world().facts.deployments["payment"].change_cause.as_deref(), Some("payment 2.8.0"));
        assert_eq!(healed.unhealed(), Vec::<usize>::new());
        let before = stage.lab.world().facts.clone();
        let again = heal::from_journal(&healed, &stage.lab.ports(), &mut later, &mut Nobody).await.unwrap();
        assert_eq!(stage.lab.world().facts, before, "twice is once");
        let performed = |timeline: &droplab::model::timeline::Timeline| {
            timeline.events.iter().filter(|event| matches!(event.kind, EventKind::Performed { .. })).count()
        };
        assert_eq!(performed(&again), performed(&healed));
    }
    assert!(hit > 20, "the fault was in at {hit} of the prefixes");
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_there_is_no_blow() {
    for line in 1..=2 {
        let stage = Stage::of(tiny(), Quirks::default());
        let (mut lab, options, plan) = (stage.lab.ports(), stage.options(), stage.plan());
        let mut full =
            Dying { memory: Memory::default(), left: line, writes_last: false, killed: Arc::new(Notify::new()) };
        let outcome = run::execute(&plan, &mut lab, &mut full, &mut Nobody, &options, &stage.stop).await;
        assert!(outcome.is_err(), "line {line}");
        assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_fills_up_in_the_middle_heals_and_says_so() {
    let stage = Stage::of(tiny(), Quirks::default()).repair(Repair::Nobody);
    let (mut lab, options, plan) = (stage.lab.ports(), stage.options(), stage.plan());
    let mut full = Dying { memory: Memory::default(), left: 30, writes_last: false, killed: Arc::new(Notify::new()) };
    let _ = run::execute(&plan, &mut lab, &mut full, &mut Nobody, &options, &stage.stop).await;
    assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_tells_an_impossible_story_is_healed_all_the_same() {
    let stage = Stage::of(tiny(), Quirks::default());
    let mut timeline = stage.play().await.timeline;
    for event in &mut timeline.events {
        if let EventKind::Fault { state: state @ FaultState::Planned, .. } = &mut event.kind {
            *state = FaultState::Healed;
        }
    }
    let error = heal::states(&timeline).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"event 1: the fault of step 0 cannot go from None to Healed");
    // Up to the blow, so that something is in.
    let injected = |event: &droplab::model::event::Event| {
        matches!(event.kind, EventKind::Fault { state: FaultState::Injected, .. })
    };
    let end = timeline.events.iter().position(injected).unwrap();
    timeline.events.truncate(end + 1);
    let healed = heal::from_journal(&timeline, &stage.lab.ports(), &mut Memory::default(), &mut Nobody).await.unwrap();
    assert_eq!(healed.unhealed(), Vec::<usize>::new());
    assert!(healed.lab_errors().unwrap().1[0].contains("cannot go from None to Healed"), "and it is said");
}

/// Whatever states a journal tells, in whatever order: what is not told to be healed in a possible way is healed.
#[tokio::test(start_paused = true)]
async fn every_sequence_of_states_is_healed_possible_or_not() {
    use FaultState::{Healed, Healing, Injected, Injecting, Planned, Stuck};
    let all = [Planned, Injecting, Injected, Healing, Healed, Stuck];
    let whole = Stage::of(tiny(), Quirks::default()).play().await.timeline;
    let (first, fault) = (whole.events[0].clone(), whole.events[1].clone());
    let mut impossible = 0;
    for number in 0..6 * 6 * 6 {
        let states = [all[number / 36], all[number / 6 % 6], all[number % 6]];
        let stage = Stage::of(tiny(), Quirks::default());
        let blow = stage.plan().injection.steps[0].recipe.inject.clone();
        for op in &blow {
            stage.lab.ports().actuator.perform(op).await.unwrap();
        }
        let mut timeline = droplab::model::timeline::Timeline { events: vec![first.clone()] };
        for (index, state) in states.into_iter().enumerate() {
            let kind = EventKind::Fault { step: 0, state, reason: None };
            timeline.events.push(droplab::model::event::Event { seq: index as u64 + 1, kind, ..fault.clone() });
        }
        let possible = heal::states(&timeline).is_ok();
        impossible += usize::from(!possible);
        let lab = stage.lab.ports();
        let healed = heal::from_journal(&timeline, &lab, &mut Memory::default(), &mut Nobody).await.unwrap();
        assert_eq!(healed.unhealed(), Vec::<usize>::new(), "{states:?}");
        // Two states cannot come to a heal's end, so no possible story of three is over.
        let told_healed = states[1..] == [Healing, Healed];
        let is_back = stage.lab.world().image("payment") == Some("droplab/payment:2.8.0");
        assert!(is_back || told_healed, "{states:?}");
        assert_eq!(healed.lab_errors().unwrap().1.is_empty(), possible, "{states:?}");
    }
    assert!(impossible > 200, "{impossible}");
}

/// A step that the plan does not have was passed over, and its fault stayed open without a word.
#[tokio::test(start_paused = true)]
async fn a_step_without_a_way_back_is_stuck_and_says_why() {
    let stage = Stage::of(tiny(), Quirks::default());
    let mut timeline = stage.play().await.timeline;
    let seq = timeline.events.len() as u64;
    let kind = EventKind::Fault { step: 7, state: FaultState::Injecting, reason: None };
    timeline.events.push(droplab::model::event::Event { seq, at_s: 1.0, wall: String::new(), kind });
    let healed = heal::from_journal(&timeline, &stage.lab.ports(), &mut Memory::default(), &mut Nobody).await.unwrap();
    assert_eq!(healed.unhealed(), [7]);
    let stuck = |event: &droplab::model::event::Event| matches!(&event.kind, EventKind::Fault { step: 7, state: FaultState::Stuck, reason: Some(why) } if why.contains("way back"));
    assert!(healed.events.iter().any(stuck));
}

#[tokio::test(start_paused = true)]
async fn what_was_open_when_its_lab_was_taken_down_is_closed_and_stays_readable() {
    let mut was_open = 0;
    for line in 1..=60 {
        let stage = Stage::of(tiny(), Quirks::default()).repair(Repair::Nobody);
        let (text, _) = kill_at(&stage, line, true).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, text + r#"{"seq":9,"at_s":1."#).unwrap();
        let timeline = journal::read(&path).unwrap();
        was_open += usize::from(!timeline.unhealed().is_empty());
        let mut file = journal::JournalFile::resume(&path, &timeline).unwrap();
        heal::gone_with_the_lab(&timeline, &mut file, &mut Nobody).unwrap();
        let after = journal::read(&path).unwrap();
        assert_eq!(after.unhealed(), Vec::<usize>::new(), "killed at line {line}");
        heal::states(&after).unwrap();
    }
    assert!(was_open > 0, "no line of 60 left anything open");
}

/// A damaged moment in the last line ended `droplab heal` before it had healed.
#[tokio::test(start_paused = true)]
async fn a_moment_that_no_clock_has_keeps_no_fault_in() {
    for at_s in [1e300, 1e10, -1.0] {
        let stage = Stage::of(tiny(), Quirks::default());
        let mut timeline = stage.play().await.timeline;
        let injected = |event: &droplab::model::event::Event| {
            matches!(event.kind, EventKind::Fault { state: FaultState::Injected, .. })
        };
        let end = timeline.events.iter().position(injected).unwrap();
        timeline.events.truncate(end + 1);
        timeline.events[end].at_s = at_s;
        for op in &stage.plan().injection.steps[0].recipe.inject {
            stage.lab.ports().actuator.perform(op).await.unwrap();
        }
        let healed = heal::from_journal(&timeline, &stage.lab.ports(), &mut Memory::default(), &mut Nobody).await;
        assert_eq!(healed.unwrap().unhealed(), Vec::<usize>::new(), "{at_s}");
        assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"), "{at_s}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whenever Ctrl-C comes, and whatever is wrong with the lab: it is healed, and the run is no pass.
    #[test]
    fn ctrl_c_at_any_moment_heals(at_ms in 0_u64..75_000, blind_gauges: bool, failing_ops in 0_u32..2, repaired: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let quirks = Quirks { blind_gauges, failing_ops, ..Quirks::default() };
            let mut stage = Stage::of(headline(), quirks);
            if !repaired {
                stage = stage.repair(Repair::Nobody);
            }
            let stop = stage.stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(at_ms)).await;
                stop.cancel();
            });
            let outcome = stage.play().await;
            let interrupted = outcome.timeline.interrupted();
            assert_eq!(stage.lab.world().image("payment"), Some("droplab/payment:2.8.0"));
            assert_eq!(outcome.exit == Exit::Interrupted, interrupted, "{:?}", outcome.exit);
            assert!(!interrupted || outcome.verdict.truth != Truth::Pass);
            assert!(matches!(outcome.timeline.events.last().unwrap().kind, EventKind::RunEnded { .. }));
        });
    }
}
