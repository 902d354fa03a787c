//! The live screen, drawn without a terminal: a baseline, a page, a repaired shop, questions, and little room.

use droplab::{
    model::{
        event::{EventKind, Phase},
        timeline::Timeline,
    },
    rehearsal::Quirks,
    run::ports::Observer as _,
    terminal::{
        live::{Asked, Form, Scene, draw},
        plain::{Manner, Plain},
    },
};
use ratatui::{Terminal, backend::TestBackend};

use crate::stage::Stage;

/// The scene as far as the first event of which this is so.
fn scene(timeline: &Timeline, until: impl Fn(&EventKind) -> bool) -> Scene {
    let mut lines = Plain::new(Vec::new(), Manner { states: false, ..Manner::default() });
    let mut scene = Scene::new(false);
    for event in &timeline.events {
        lines.on_event(event);
        scene.see(event, &String::from_utf8(lines.take()).unwrap());
        if until(&event.kind) {
            break;
        }
    }
    scene
}

fn drawn(scene: &Scene, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(scene, frame)).unwrap();
    terminal.backend().to_string()
}

async fn played() -> Timeline {
    Stage::new(Quirks::default()).play().await.timeline
}

#[tokio::test(start_paused = true)]
async fn each_part_of_an_incident_is_drawn() {
    let timeline = played().await;
    let breaks = |kind: &EventKind| *kind == EventKind::PhaseBegan { phase: Phase::Fault };
    let paged = |kind: &EventKind| matches!(kind, EventKind::Paged { .. });
    insta::assert_snapshot!("live-baseline-80x24", drawn(&scene(&timeline, breaks), 80, 24));
    insta::assert_snapshot!("live-page-120x40", drawn(&scene(&timeline, paged), 120, 40));
    insta::assert_snapshot!("live-end-80x24", drawn(&scene(&timeline, |_| false), 80, 24));
}

#[tokio::test(start_paused = true)]
async fn questions_are_asked_in_the_middle() {
    let timeline = played().await;
    let mut scene = scene(&timeline, |kind| matches!(kind, EventKind::Paged { .. }));
    scene.asked = Some(Asked::Quit);
    assert!(drawn(&scene, 80, 24).contains("What is broken is healed, and the run ends.  y / n"));
    scene.asked = Some(Asked::Cause(Form::default()));
    insta::assert_snapshot!("live-cause-80x24", drawn(&scene, 80, 24));
    scene.asked = None;
    scene.helps = true;
    assert!(drawn(&scene, 80, 24).contains("name the cause: arrows, space, enter"));
}

/// A hint was cut at the edge of the terminal, and gone with the next key.
#[tokio::test(start_paused = true)]
async fn a_hint_is_wrapped_and_stays_among_the_lines() {
    let timeline = played().await;
    let mut scene = scene(&timeline, |kind| matches!(kind, EventKind::Paged { .. }));
    scene.keep(&format!("hint 2 of 3: {}and last of all at waiters", "look at what waits ".repeat(8)));
    scene.said = "acknowledged".to_owned();
    let shown = drawn(&scene, 80, 24);
    assert!(shown.contains("00:24  hint 2 of 3: look at what") && shown.contains("waiters"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn no_size_is_too_small() {
    let timeline = played().await;
    let mut scene = scene(&timeline, |_| false);
    for (width, height) in [(1, 1), (2, 3), (10, 5), (20, 8), (300, 100)] {
        for asked in [None, Some(Asked::Hint), Some(Asked::Cause(Form::default()))] {
            scene.asked = asked;
            drawn(&scene, width, height);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_colour_there_is_none() {
    let timeline = played().await;
    let mut scene = scene(&timeline, |_| false);
    let colours = |scene: &Scene| {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| draw(scene, frame)).unwrap();
        let cells = terminal.backend().buffer().content.clone();
        cells.iter().filter(|cell| cell.fg != ratatui::style::Color::Reset).count()
    };
    assert_eq!(colours(&scene), 0);
    scene.colour = true;
    assert!(colours(&scene) > 0);
}
