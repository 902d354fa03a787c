//! P5: how it was noticed, what helped first, and when it was over.
//!
//! **Invariant**: each is held against an event of the journal; a command must also be told, by its verb and by what it was done to.

use super::{
    super::{document::is_left_open, headings::Heading, review::Line, words::typed},
    impact::{rightness, says_none},
    numbers,
    paper::Paper,
};

/// P5.
pub(super) fn detection(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Detection);
    let section = paper.document.section(Heading::Detection);
    let field =
        |names: &[&str]| section.and_then(|section| section.field(names)).filter(|given| !is_left_open(&given.text));
    let facts = paper.facts;
    let acknowledged = facts.timeline.said().next().map(|(_, at_s, _)| at_s);
    let noticed = [facts.paged().map(|(_, at_s)| at_s), acknowledged, facts.began_s];
    let detected = field(&["detected", "обнаружено"]);
    let mitigated = field(&["first mitigation", "mitigated", "первая мера"]);
    let recovered = field(&["recovered", "восстановлено"]);
    let near = |text: &str, wanted: &[Option<f64>]| {
        wanted.iter().map(|wanted_s| rightness(paper, text, *wanted_s)).max().unwrap_or(0)
    };
    let known: Vec<_> = noticed.into_iter().flatten().map(Some).collect();
    let wanted = if known.is_empty() { vec![None] } else { known };
    let seen = detected.as_ref().map_or(0, |given| [0, 1, 3][near(&given.text, &wanted) as usize]);
    let helped = mitigated.as_ref().map_or(0, |given| mitigation(paper, &given.text));
    let over = recovered.as_ref().map_or(0, |given| [0, 1, 3][rightness(paper, &given.text, facts.ended_s) as usize]);
    let parts = [
        (seen, 3, detected, "when it was noticed", "когда заметили"),
        (helped, 4, mitigated, "the first thing that helped", "первое, что помогло"),
        (over, 3, recovered, "when it was over", "когда закончилось"),
    ];
    let points = seen + helped + over;
    match parts.into_iter().find(|(got, worth, ..)| got < worth) {
        None => paper.line(
            "P5",
            points,
            10,
            at,
            "detection, first mitigation and recovery are those of the journal",
            "обнаружение, первая мера и восстановление такие же, как в журнале",
        ),
        Some((_, _, given, en, ru)) => {
            let line = given.map_or(at, |given| given.line);
            paper.line(
                "P5",
                points,
                10,
                line,
                format!("{en} is missing, or matches no command and no event of the journal"),
                format!("{ru}: не сказано или не совпадает ни с командой, ни с событием журнала"),
            )
        }
    }
}

/// A command or a change near that time, and told: 4; only near: 2.
fn mitigation(paper: &Paper, text: &str) -> u32 {
    let facts = paper.facts;
    if facts.deeds.is_empty() {
        return if says_none(text) { 4 } else { 0 };
    }
    let Some(at_s) = numbers::moment(text).map(|moment| facts.at_s(moment)) else { return 0 };
    let near: Vec<_> = facts.deeds.iter().filter(|deed| (deed.at_s - at_s).abs() <= facts.tolerance_s).collect();
    match (near.is_empty(), near.iter().any(|deed| typed::tells(text, &deed.text))) {
        (true, _) => 0,
        (false, true) => 4,
        (false, false) => 2,
    }
}
