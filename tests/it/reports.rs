//! Reports: what they carry, and what they never do.

use std::{fmt::Write as _, time::Instant};

use droplab::{
    model::{event::EventKind, timeline::Timeline, verdict::Verdict},
    rehearsal::Quirks,
    report::Format,
};
use sha2::{Digest as _, Sha256};

use crate::stage::{Memory, Nobody, Stage};

const ALL: [Format; 8] = [
    Format::Human,
    Format::Markdown,
    Format::Json,
    Format::Junit,
    Format::Html,
    Format::GithubSummary,
    Format::Csv,
    Format::Classroom,
];

async fn played() -> (Timeline, Verdict) {
    let outcome = Stage::new(Quirks::default()).play_on(&mut Memory::default(), &mut Nobody).await;
    (outcome.timeline, outcome.verdict)
}

#[test]
fn the_plotting_library_is_the_published_one() {
    for (name, wanted) in [
        ("uPlot.iife.min.js", "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"),
        ("uPlot.min.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04"),
        ("LICENSE", "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd"),
    ] {
        let path = format!("{}/src/report/html/uplot/{name}", env!("CARGO_MANIFEST_DIR"));
        let sum = Sha256::digest(std::fs::read(path).unwrap()).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert_eq!(sum, wanted, "{name} is not uPlot 1.6.32");
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_no_network_and_shows_everything_without_scripts() {
    let (timeline, verdict) = played().await;
    let page = Format::Html.render(&timeline, &verdict);
    for asks in ["src=", "url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
        let at = page.find(asks).map(|at| page[at..].chars().take(60).collect::<String>());
        assert_eq!(at, None);
    }
    assert!(page.contains("default-src 'none'") && page.contains("Copyright"), "policy and licence");
    assert!(!page.contains("{{"), "every place of the page is filled");
    for finding in &verdict.findings {
        assert!(page.contains(&format!("<th>{}</th>", finding.expectation)), "{}", finding.expectation);
    }
    assert!(page.len() < 300_000, "{} bytes", page.len());
}

#[tokio::test(start_paused = true)]
async fn every_second_and_every_event_is_in_the_table() {
    let (timeline, verdict) = played().await;
    let table = Format::Csv.render(&timeline, &verdict);
    let columns = table.lines().next().unwrap().split(',').count();
    let seconds = timeline.events.iter().filter(|event| matches!(event.kind, EventKind::Traffic { .. })).count();
    assert_eq!(table.lines().filter(|line| line.contains(",traffic,")).count(), seconds);
    assert!(table.lines().filter(|line| !line.contains('"')).all(|line| line.split(',').count() == columns));
}

#[tokio::test(start_paused = true)]
async fn an_hour_is_reported_within_a_second() {
    let (mut timeline, verdict) = played().await;
    let seconds: Vec<_> = timeline
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Traffic { .. } | EventKind::Gauge { .. }))
        .cloned()
        .collect();
    let (first_s, last_s) = (seconds[0].at_s, timeline.events.last().unwrap().at_s);
    let mut lap = 1.0;
    while timeline.events.last().unwrap().at_s < 3600.0 {
        for event in &seconds {
            let mut event = event.clone();
            event.at_s += lap * (last_s - first_s);
            if let EventKind::Traffic { window, .. } = &mut event.kind {
                window.from_s += lap * (last_s - first_s);
                window.to_s += lap * (last_s - first_s);
            }
            timeline.events.push(event);
        }
        lap += 1.0;
    }
    for format in ALL {
        // The paused clock is tokio's; this one is the machine's.
        let began = Instant::now();
        let text = format.render(&timeline, &verdict);
        let took = began.elapsed();
        assert!(took.as_secs_f64() <= 1.0, "{} took {took:?}", format.file_name());
        assert!(!text.is_empty(), "{}", format.file_name());
    }
}
