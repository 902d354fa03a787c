//! Action items that are carried out: what a play with one is compared with, and what the review makes of it.

use droplab::postmortem::{self, Facts, Lang, Seen, Tried, untouched_s};

use crate::{
    postmortem::{good, played},
    stage::Outcome,
};

const DO: &str = "do: kubectl set env deployment/payment DB_POOL_WAIT_MS=200";

/// The good one, with a command for A3 and no alert.
fn with_command(outcome: &Outcome) -> String {
    let text = good(outcome, Lang::En);
    let row = "answers 503 after 200 ms of waiting | |";
    assert!(text.contains(row));
    text.replace(row, &format!("answers 503 after 200 ms of waiting | {DO} |")).replace("alert: pool-in-use >= 50", "")
}

fn bonus(outcome: &Outcome, text: &str, tried: &[Tried]) -> (u32, String) {
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    let review = postmortem::review(&postmortem::parse(text.as_bytes()).unwrap(), &facts, tried);
    let line = review.lines.iter().find(|line| line.id == "A6").unwrap();
    (line.points, line.reason.clone())
}

#[tokio::test(start_paused = true)]
async fn an_item_that_helped_is_paid_for_as_long_as_it_is_the_same() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    let text = with_command(&outcome);
    let document = postmortem::parse(text.as_bytes()).unwrap();
    let measures = postmortem::measures(&document).unwrap();
    assert_eq!(measures.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["A3"]);

    let over_s = untouched_s(&facts).unwrap();
    let recorded = Seen::of(&facts, over_s).unwrap();
    assert!(recorded.failed > 0 && recorded.worst < 0.5 && recorded.paged_after_s.is_some(), "{recorded:?}");
    let less = Seen { failed: recorded.failed / 2, ..recorded.clone() };
    let helped = Tried::new(&measures[0], over_s, recorded.clone(), less, Lang::En);
    let not = Tried::new(&measures[0], over_s, recorded.clone(), recorded.clone(), Lang::En);

    assert_eq!(bonus(&outcome, &text, &[]).0, 0, "a command alone is a promise");
    assert_eq!(bonus(&outcome, &text, std::slice::from_ref(&not)).0, 0, "no help seen");
    let (points, reason) = bonus(&outcome, &text, std::slice::from_ref(&helped));
    assert!(points == 5 && reason == helped.sentence && reason.contains("it helps"), "{points} {reason}");
    let changed = text.replace("=200", "=20");
    assert_eq!(bonus(&outcome, &changed, &[helped]).0, 0, "another command was not tried");
}

#[tokio::test(start_paused = true)]
async fn the_seconds_that_are_compared_end_before_the_first_deed() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    let over_s = untouched_s(&facts).unwrap();
    let injected_s = outcome.verdict.times.injected_s.unwrap();
    assert!(injected_s + over_s <= facts.deeds[0].at_s && facts.deeds[0].at_s < injected_s + over_s + 1.0);
}
