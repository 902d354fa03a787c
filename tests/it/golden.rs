//! What people read, word by word.

use droplab::{
    rehearsal::Quirks,
    report::Format,
    run::Repair,
    terminal::plain::{Manner, Plain},
};

use crate::stage::{Memory, Nobody, Stage, headline};

async fn screen(stage: Stage, manner: Manner) -> String {
    let mut plain = Plain::new(anstream::StripStream::new(Vec::new()), manner);
    stage.play_on(&mut Memory::default(), &mut plain).await;
    String::from_utf8(plain.into_inner().into_inner()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_screen_of_a_person_on_call_tells_the_symptom_and_not_the_cause() {
    let shown = screen(Stage::new(Quirks::default()), Manner::default()).await;
    assert!(!shown.contains("2.8.1"));
    insta::assert_snapshot!("screen-person", shown);
}

/// Thirty of the hundred points are for two words that the page did not name; hints are not for everybody.
#[tokio::test(start_paused = true)]
async fn the_page_names_each_word_that_counts_and_no_hint_where_there_is_none() {
    let mut stage = Stage::new(Quirks::default());
    stage.scenario.hints.clear();
    let shown = screen(stage, Manner::default()).await;
    assert!(shown.contains("droplab ack --impact") && shown.contains("The cause: droplab answer."), "{shown}");
    assert!(shown.contains("│ Finished: droplab done.") && !shown.contains("droplab hint"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn the_screen_of_a_rehearsal_tells_what_droplab_does() {
    let manner = Manner { candid: true, russian: true, ..Manner::default() };
    insta::assert_snapshot!("screen-rehearsal", screen(Stage::new(Quirks::default()), manner).await);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_screen_says_nothing() {
    let manner = Manner { quiet: true, ..Manner::default() };
    assert_eq!(screen(Stage::new(Quirks::default()), manner).await, "");
}

async fn report(name: &str, stage: Stage, formats: &[Format]) {
    let outcome = stage.play_on(&mut Memory::default(), &mut Nobody).await;
    for format in formats {
        let text = format.render(&outcome.timeline, &outcome.verdict);
        let text = anstream::adapter::strip_str(&text).to_string();
        insta::with_settings!({ snapshot_suffix => name }, { insta::assert_snapshot!(format.file_name(), text) });
    }
}

#[tokio::test(start_paused = true)]
async fn reports_of_a_pass() {
    let formats =
        [Format::Human, Format::Markdown, Format::Json, Format::Junit, Format::GithubSummary, Format::Classroom];
    report("pass", Stage::new(Quirks::default()), &formats).await;
}

#[tokio::test(start_paused = true)]
async fn reports_of_a_trap() {
    let trap = headline().1.cheats.into_iter().find(|cheat| cheat.name == "restart-postgres").unwrap();
    let stage = Stage::new(Quirks::default()).repair(Repair::cheat(&trap));
    report("trap", stage, &[Format::Human, Format::Markdown]).await;
}

#[tokio::test(start_paused = true)]
async fn reports_of_a_slow_machine() {
    let stage = Stage::new(Quirks { capacity: Some(800.0), ..Quirks::default() });
    report("slow", stage, &[Format::Human, Format::Junit]).await;
}
