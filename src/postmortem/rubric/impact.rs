//! P3 and P4: when it was, and what it cost.
//!
//! **Invariant**: every number is held against the journal's, within a tolerance that is told.

use super::{
    super::{
        document::{Passage, words},
        headings::Heading,
        review::Line,
    },
    numbers,
    paper::Paper,
};

/// Times five this far off is half right.
const HALF: f64 = 5.0;

/// A number of the impact, by the name of its row.
fn value(paper: &Paper, names: &[&str]) -> Option<Passage> {
    let section = paper.document.section(Heading::Impact)?;
    let rows = section.tables.iter().flat_map(|table| &table.rows);
    let mut fitting = rows.filter(|row| names.iter().any(|name| row.cell(Some(0)).to_lowercase().starts_with(name)));
    let row = fitting.next().map(|row| Passage { line: row.line, text: row.cell(Some(1)).to_owned() });
    row.or_else(|| section.field(names))
}

pub(super) fn says_none(text: &str) -> bool {
    let said = words(text);
    said.iter().any(|word| ["none", "no", "not", "never", "нет", "не", "отсутствует"].contains(&word.as_str()))
}

/// How right a time is: 2 right, 1 half, 0 wrong.
pub(super) fn rightness(paper: &Paper, text: &str, wanted_s: Option<f64>) -> u32 {
    let Some(wanted_s) = wanted_s else { return if says_none(text) { 2 } else { 0 } };
    let off_s = numbers::moment(text).map_or(f64::MAX, |moment| (paper.facts.at_s(moment) - wanted_s).abs());
    if off_s <= paper.facts.tolerance_s { 2 } else { u32::from(off_s <= paper.facts.tolerance_s * HALF) }
}

/// P3.
pub(super) fn moments(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Impact);
    let (mut points, mut wrong) = (0, None);
    let wanted = [
        (&["impact began", "начало"][..], paper.facts.began_s, "the beginning", "начало"),
        (&["impact ended", "конец"][..], paper.facts.ended_s, "the end", "конец"),
    ];
    for (names, wanted_s, en, ru) in wanted {
        let given = value(paper, names);
        let right = given.as_ref().map_or(0, |given| rightness(paper, &given.text, wanted_s));
        points += [0, 2, 5][right as usize];
        if right < 2 {
            wrong = wrong.or(Some((given.map_or(at, |given| given.line), en, ru)));
        }
    }
    let slack = format!("±{:.0}", paper.facts.tolerance_s);
    match wrong {
        None => paper.line(
            "P3",
            points,
            10,
            at,
            format!("beginning and end are right ({slack} s)"),
            format!("начало и конец верны ({slack} с)"),
        ),
        Some((line, en, ru)) => paper.line(
            "P3",
            points,
            10,
            line,
            format!("{en} of the impact is not where the journal has it ({slack} s)"),
            format!("{ru} ущерба не там, где в журнале ({slack} с)"),
        ),
    }
}

/// P4.
pub(super) fn numbers(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Impact);
    let facts = paper.facts;
    let share = |text: &str| text.contains('%').then(|| numbers::number(text)).flatten();
    #[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
    let failed = facts.verdict.impact.failed as f64;
    let lowest = facts.worst.map(|(_, _, share)| share * 100.0);
    let checks: [Check; 3] = [
        Check {
            names: &["lowest success", "минимум успеха"],
            read: &share,
            wanted: lowest,
            slack: 1.0,
            none: 0.0,
            worth: 3,
            en: "lowest share of success",
            ru: "минимум успеха",
        },
        Check {
            names: &["failed requests", "неудачных запросов"],
            read: &numbers::number,
            wanted: facts.began_s.map(|_| failed),
            slack: failed * 0.1,
            // The few that fail on any day.
            none: failed,
            worth: 4,
            en: "number of failed requests",
            ru: "число неудачных запросов",
        },
        Check {
            names: &["duration", "длительность"],
            read: &numbers::seconds,
            wanted: facts.duration_s(),
            slack: facts.tolerance_s,
            none: 0.0,
            worth: 3,
            en: "duration",
            ru: "длительность",
        },
    ];
    let (mut points, mut wrong) = (0, None);
    for check in checks {
        let given = value(paper, check.names);
        let read = given.as_ref().and_then(|given| (check.read)(&given.text));
        let right = match check.wanted {
            None => {
                read.is_some_and(|read| read <= check.none)
                    || given.as_ref().is_some_and(|given| says_none(&given.text))
            }
            Some(wanted) => read.is_some_and(|read| (read - wanted).abs() <= check.slack),
        };
        if right {
            points += check.worth;
        } else {
            wrong = wrong.or(Some((given.map_or(at, |given| given.line), check.en, check.ru)));
        }
    }
    match wrong {
        None => {
            paper.line("P4", points, 10, at, "the numbers are those of the journal", "числа такие же, как в журнале")
        }
        Some((line, en, ru)) => paper.line(
            "P4",
            points,
            10,
            line,
            format!("the {en} is not the journal's, or has no unit"),
            format!("{ru}: не как в журнале или без единицы"),
        ),
    }
}

/// A number that is held against the journal's.
struct Check<'a> {
    names: &'a [&'a str],
    read: &'a dyn Fn(&str) -> Option<f64>,
    wanted: Option<f64>,
    slack: f64,
    /// Up to here a number is as good as none, where the journal has none.
    none: f64,
    worth: u32,
    en: &'a str,
    ru: &'a str,
}
