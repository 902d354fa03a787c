//! P2 and P6: the timeline, its times and its evidence.
//!
//! **Invariant**: a time counts that is in the run; the same word in every row is one piece of evidence.

use std::collections::BTreeMap;

use super::{
    super::{
        document::{Row, normal, words},
        facts::Facts,
        headings::Heading,
        review::Line,
    },
    numbers,
    paper::Paper,
};

/// A timeline has at least these: before, beginning, page, repair.
pub(super) const FEWEST_ROWS: usize = 4;

fn rows<'a>(paper: &'a Paper) -> Vec<&'a Row> {
    let tables = paper.document.section(Heading::Timeline).into_iter().flat_map(|section| &section.tables);
    tables.flat_map(|table| &table.rows).collect()
}

fn at_s(row: &Row, facts: &Facts) -> Option<f64> {
    numbers::moment(row.cell(Some(0))).map(|moment| facts.at_s(moment))
}

/// P2.
pub(super) fn times(paper: &Paper) -> Line {
    let (rows, facts) = (rows(paper), paper.facts);
    let at = paper.document.line_of(Heading::Timeline);
    if rows.len() < FEWEST_ROWS {
        return paper.line(
            "P2",
            0,
            5,
            at,
            format!("the timeline has {} rows", rows.len()),
            format!("в хронологии строк: {}", rows.len()),
        );
    }
    if let Some(row) = rows.iter().find(|row| at_s(row, facts).is_none()) {
        return paper.line(
            "P2",
            0,
            5,
            row.line,
            "this is no time in ISO 8601 with its zone",
            "это не время по ISO 8601 с зоной",
        );
    }
    let times: Vec<_> = rows.iter().filter_map(|row| Some((row.line, at_s(row, facts)?))).collect();
    let slack_s = facts.tolerance_s;
    if let Some((line, _)) = times.iter().find(|(_, at_s)| *at_s < -slack_s || *at_s > facts.last_s + slack_s) {
        return paper.line("P2", 0, 5, *line, "this time is not in the run", "этого времени в прогоне нет");
    }
    if let Some(pair) = times.windows(2).find(|pair| pair[1].1 < pair[0].1 - 1.0) {
        return paper.line(
            "P2",
            2,
            5,
            pair[1].0,
            "this row is earlier than the one above",
            "эта строка раньше той, что над ней",
        );
    }
    let mut distinct: Vec<String> = rows.iter().map(|row| normal(row.cell(Some(0)))).collect();
    distinct.dedup();
    if distinct.len() * 2 < rows.len() {
        return paper.line(
            "P2",
            1,
            5,
            times[0].0,
            "most rows have the same time",
            "у большинства строк одно и то же время",
        );
    }
    let first_s = facts.verdict.times.injected_s.or(facts.began_s);
    if first_s.is_some_and(|first_s| times[0].1 > first_s) {
        return paper.line(
            "P2",
            3,
            5,
            times[0].0,
            "it begins when the incident has begun; how was it before?",
            "хронология начинается, когда инцидент уже идёт; как было до него?",
        );
    }
    paper.line(
        "P2",
        5,
        5,
        at,
        "the times have a zone, are in order and in the run",
        "время с зоной, по порядку и внутри прогона",
    )
}

/// P6.
pub(super) fn evidence(paper: &Paper) -> Line {
    let rows = rows(paper);
    let at = paper.document.line_of(Heading::Timeline);
    let column = paper.document.section(Heading::Timeline).and_then(|section| section.tables.first());
    let column = column.and_then(|table| table.column(&["evidence", "доказательств", "источник"]));
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut first_bad = None;
    let mut good = 0;
    for row in &rows {
        let cell = row.cell(column);
        let times = used.entry(normal(cell)).or_default();
        *times += 1;
        if *times <= 2 && is_evidence(cell, at_s(row, paper.facts), paper.facts) {
            good += 1;
        } else {
            first_bad = first_bad.or(Some(row.line));
        }
    }
    let enough = !rows.is_empty() && rows.len() >= FEWEST_ROWS && good * 10 >= rows.len() * 6;
    let (all, line) = (rows.len(), first_bad.unwrap_or(at));
    if enough {
        return paper.line(
            "P6",
            5,
            5,
            at,
            format!("{good} of {all} rows name their evidence"),
            format!("доказательство названо в {good} из {all} строк"),
        );
    }
    let points = u32::try_from((5 * good).checked_div(all.max(FEWEST_ROWS)).unwrap_or(0)).unwrap_or(0).min(3);
    paper.line(
        "P6",
        points,
        5,
        line,
        format!("only {good} of {all} rows name evidence that is in the run or can be looked up"),
        format!("только в {good} из {all} строк доказательство есть в прогоне или его можно найти"),
    )
}

/// A line of the journal of that time, a command, a link, a commit.
fn is_evidence(cell: &str, at_s: Option<f64>, facts: &Facts) -> bool {
    const TOOLS: &[&str] =
        &["kubectl", "psql", "redis-cli", "kafka-", "curl", "grep", "helm", "git", "select", "droplab"];
    if let Some((_, rest)) = cell.split_once("journal:") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let event = digits.parse().ok().and_then(|seq| facts.event(seq));
        return event.zip(at_s).is_some_and(|(event, at_s)| (event.at_s - at_s).abs() <= facts.tolerance_s);
    }
    let said = words(cell);
    let is_commit = |word: &String| {
        (7..=40).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    cell.contains("https://")
        || cell.contains("http://")
        || said.iter().any(is_commit)
        || (said.len() >= 2 && said.iter().any(|word| TOOLS.iter().any(|tool| word.starts_with(tool))))
}
