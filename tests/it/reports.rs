//! Reports: what they carry, and what they never do.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use droplab::{
    model::{condition::percent, event::EventKind, timeline::Timeline, verdict::Verdict},
    postmortem::{self, Facts, Lang},
    rehearsal::Quirks,
    report::{Format, words::REHEARSAL},
    run::Repair,
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

/// A report as its reader has it before them: without colour, and out of its envelope.
fn shown(format: Format, timeline: &Timeline, verdict: &Verdict) -> String {
    let text = anstream::adapter::strip_str(&format.render(timeline, verdict)).to_string();
    if format != Format::Classroom {
        return text;
    }
    String::from_utf8(STANDARD.decode(text.trim()).unwrap()).unwrap()
}

/// A play with less traffic looked like a whole one in CI, and a rehearsal like a real one.
#[tokio::test(start_paused = true)]
async fn every_report_tells_what_stands_beside_the_verdict() {
    let (timeline, mut verdict) = played().await;
    verdict.adjusted = vec!["payment at 300/s instead of 1200/s".to_owned(), "time to repair 15s".to_owned()];
    verdict.residue = vec!["a rule is left".to_owned()];
    verdict.kept = vec!["an image was changed since".to_owned()];
    verdict.drift = vec!["a variable is new".to_owned()];
    // The spreadsheet is the journal's, and not the verdict's.
    for format in ALL.into_iter().filter(|format| *format != Format::Csv) {
        let text = shown(format, &timeline, &verdict);
        for line in [&verdict.adjusted, &verdict.residue, &verdict.kept, &verdict.drift].into_iter().flatten() {
            assert!(text.contains(line), "{} says nothing of `{line}`", format.file_name());
        }
        let rehearsal = if format == Format::Json { "\"rehearsal\": true" } else { REHEARSAL };
        assert!(text.contains(rehearsal), "{} does not say that it was a rehearsal", format.file_name());
    }
    let sum: serde_json::Value = serde_json::from_str(&shown(Format::Classroom, &timeline, &verdict)).unwrap();
    let points: u64 = sum["tests"].as_array().unwrap().iter().filter_map(|test| test["score"].as_u64()).sum();
    assert_eq!(points, u64::from(verdict.score.unwrap().points), "what stands beside the points is worth none");
}

/// A run that was stopped was blamed on what it had not seen by then, and its own finding was skipped.
#[tokio::test(start_paused = true)]
async fn a_run_that_was_stopped_says_so_before_all_else() {
    let stage = Stage::new(Quirks::default());
    let stop = stage.stop.clone();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stop.cancel();
    };
    let (outcome, ()) = tokio::join!(stage.play(), cancel);
    let told = |format| shown(format, &outcome.timeline, &outcome.verdict);
    assert!(told(Format::Human).contains("payment-pool-exhaustion\nthe run was interrupted\n"));
    assert!(told(Format::Markdown).contains("**? UNKNOWN**: the run was interrupted."));
    assert!(told(Format::Html).contains("</strong> the run was interrupted</p>"));
    assert!(told(Format::Junit).contains("<error message=\"the run was interrupted\" type=\"run\"/>"));
}

#[tokio::test(start_paused = true)]
async fn the_worst_second_of_a_page_is_that_of_the_pages_customers() {
    let (timeline, verdict) = played().await;
    let worst = |probe: &str| verdict.probes[probe].worst.unwrap();
    assert!(worst("checkout") < worst("payment"), "nothing is tested otherwise");
    let tile = format!("<b>{}</b> success in the worst second", percent(worst("payment")));
    assert!(Format::Html.render(&timeline, &verdict).contains(&tile), "{tile}");
}

/// Nobody was paged and nothing was hurt: there is no worst second, no time to repair, and nobody was repaired.
#[tokio::test(start_paused = true)]
async fn a_healthy_play_has_no_page_to_count_from() {
    let mut stage = Stage::new(Quirks::default()).repair(Repair::Nobody);
    stage.overrides.healthy = true;
    let outcome = stage.play().await;
    let told = |format| shown(format, &outcome.timeline, &outcome.verdict);
    assert!(told(Format::Html).contains("<b>-</b> success in the worst second"));
    assert!(told(Format::Html).contains("<b>no page went out</b> from the page to the repair"));
    let page = told(Format::Markdown);
    assert!(page.contains("| page to repair | no page went out |") && page.contains(" s after the baseline"), "{page}");
    assert!(page.contains("| the baseline is steady; from now on something may break |"), "{page}");
}

/// Names and words of a scenario come from anybody.
#[tokio::test(start_paused = true)]
async fn no_name_breaks_a_table() {
    let (timeline, mut verdict) = played().await;
    verdict.findings[0].expectation = "ed|ge<i>".to_owned();
    verdict.findings[0].sentence = "`queue < 5` was\nnot so: <i> a\\|b".to_owned();
    for format in [Format::Markdown, Format::GithubSummary] {
        let text = shown(format, &timeline, &verdict);
        let row = text.lines().find(|line| line.contains("ed\\|ge&lt;i>"));
        let row = row.unwrap_or_else(|| panic!("{} has no such row: {text}", format.file_name()));
        assert!(row.contains("| `queue < 5` was not so: &lt;i> a\\\\\\|b |"), "{row}");
    }
}

/// `20,754 из 30,000` is read as two fractions.
#[tokio::test(start_paused = true)]
async fn a_russian_draft_sets_its_counts_as_russian_does_and_they_are_read() {
    let (timeline, verdict) = played().await;
    let facts = Facts::of(&timeline, &verdict).unwrap();
    let draft = postmortem::draft(&facts, Lang::Ru);
    let (failed, requests) = (verdict.impact.failed, verdict.impact.requests);
    let spaced = |number: u64| format!("{}\u{a0}{:03}", number / 1_000, number % 1_000);
    assert!((1_000..1_000_000).contains(&failed) && (1_000..1_000_000).contains(&requests));
    let row = format!("| {} из {} запросов |", spaced(failed), spaced(requests));
    assert!(draft.contains(&row) && draft.contains("| вне SLO |"), "{row} is not in\n{draft}");
    let review = postmortem::review(&postmortem::parse(draft.as_bytes()).unwrap(), &facts, &[]);
    let numbers = review.lines.iter().find(|line| line.id == "P4").unwrap();
    assert_eq!((numbers.points, numbers.out_of), (10, 10), "{numbers:?}");
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

/// What the points are given for was only in verdict.json and in Markdown.
#[tokio::test(start_paused = true)]
async fn the_page_names_the_evidence_of_the_score() {
    let (timeline, verdict) = played().await;
    let page = Format::Html.render(&timeline, &verdict);
    let score = verdict.score.unwrap();
    let shown: Vec<_> = score.lines.iter().filter(|line| !line.evidence.is_empty()).collect();
    assert!(!shown.is_empty(), "nothing is tested otherwise");
    for line in shown {
        let seqs: Vec<_> = line.evidence.iter().map(|seq| format!("[{seq}]")).collect();
        let cells = format!("<td>{}/{}</td><td>{} <small>", line.points, line.out_of, line.sentence);
        assert!(page.contains(&(cells + &seqs.join(" ") + "</small></td></tr>")), "{line:?}");
    }
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
