//! P1 and P10: whole, and blameless.
//!
//! **Invariant**: what `new` has filled in earns no tone.

use super::{
    super::{
        document::{Passage, Section, is_left_open, words},
        headings::Heading,
        review::Line,
        words::blame,
    },
    course::FEWEST_ROWS,
    paper::{Paper, is_filled_in},
};

/// So few words say nothing.
const FEWEST_WORDS: usize = 4;
/// From so many words of the person's own on the tone can be told.
const OWN_WORDS: usize = 40;

/// P1.
pub(super) fn headings(paper: &Paper) -> Line {
    let mut wrong: Vec<(usize, String, String)> = Vec::new();
    for key in ["owner", "authors"] {
        let (line, value) = paper.document.front.get(key).map_or((1, ""), |(line, value)| (*line, value.as_str()));
        if value.is_empty() || is_left_open(value) {
            wrong.push((line, format!("`{key}` is empty"), format!("`{key}` пусто")));
        }
    }
    for heading in Heading::ALL {
        let name = heading.name(paper.lang);
        let Some(section) = paper.document.section(heading) else {
            wrong.push((paper.document.lines, format!("`{name}` is missing"), format!("нет раздела `{name}`")));
            continue;
        };
        if let Some(open) = section.everything().iter().find(|passage| is_left_open(&passage.text)) {
            wrong.push((open.line, format!("`{name}` is left open"), format!("`{name}` не заполнено")));
        } else if !is_told(paper, section) {
            wrong.push((
                section.line,
                format!("`{name}` says nothing of its own"),
                format!("`{name}` ничего своего не говорит"),
            ));
        }
    }
    let all = Heading::ALL.len() + 2;
    let points = u32::try_from(5 * (all - wrong.len()) / all).unwrap_or(0);
    match (wrong.first(), paper.copy()) {
        (Some((line, en, ru)), _) => {
            let more = wrong.len() - 1;
            paper.line(
                "P1",
                points,
                5,
                *line,
                format!("{en}, and {more} more parts like that"),
                format!("{ru}, и ещё {more} таких мест"),
            )
        }
        (None, Some(copy)) => paper.line(
            "P1",
            2,
            5,
            copy.line,
            "the same sentence stands in several places",
            "одно и то же предложение стоит в нескольких местах",
        ),
        (None, None) => paper.line(
            "P1",
            5,
            5,
            paper.document.line_of(Heading::Summary),
            "every part is there and filled in",
            "все части есть и заполнены",
        ),
    }
}

fn is_told(paper: &Paper, section: &Section) -> bool {
    let rows: usize = section.tables.iter().map(|table| table.rows.len()).sum();
    match section.heading {
        Heading::Timeline => rows >= FEWEST_ROWS,
        Heading::Impact | Heading::Actions => rows >= 1,
        heading => paper.own(heading).iter().map(|own| words(&own.text).len()).sum::<usize>() >= FEWEST_WORDS,
    }
}

/// P10.
pub(super) fn blameless(paper: &Paper) -> Line {
    let told = paper.document.sections.iter().filter(|section| section.heading != Heading::Timeline);
    let passages: Vec<Passage> = told.flat_map(Section::everything).chain(paper.document.outside.clone()).collect();
    let own = paper.document.sections.iter().filter(|section| !is_filled_in(section.heading));
    let count: usize =
        own.flat_map(|section| paper.own(section.heading)).map(|passage| words(&passage.text).len()).sum();
    let at = paper.document.line_of(Heading::Summary);
    if count < OWN_WORDS {
        return paper.line(
            "P10",
            0,
            5,
            at,
            format!("{count} words of your own are too few to tell the tone"),
            format!("своих слов {count}: о тоне судить рано"),
        );
    }
    let blamed: Vec<_> = passages.iter().filter_map(|passage| Some((passage.line, blame::phrase(passage)?))).collect();
    if let Some((line, phrase)) = blamed.first() {
        let points = if blamed.len() == 1 { 2 } else { 0 };
        return paper.line(
            "P10",
            points,
            5,
            *line,
            format!("`{phrase}` blames somebody: ask how it was possible instead"),
            format!("`{phrase}` обвиняет человека: спросите лучше, как это стало возможно"),
        );
    }
    let halved = paper.facts.worst.is_some_and(|(_, _, share)| share < 0.5);
    let outage = passages.iter().find_map(|passage| Some((passage.line, blame::whole_outage(passage)?)));
    if let Some((line, word)) = outage.filter(|_| !halved) {
        return paper.line(
            "P10",
            3,
            5,
            line,
            format!("`{word}`, although more than half of the requests were served at any time"),
            format!("`{word}`, хотя больше половины запросов обслуживалось всегда"),
        );
    }
    paper.line("P10", 5, 5, at, "nobody is blamed", "никто не обвинён")
}
