//! A1 to A4: what will be done, by whom, by when, and how anybody can tell.
//!
//! **Invariant**: an item counts once; more than seven are a list of wishes, and every line gives half for it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    super::{
        document::words,
        headings::Heading,
        review::{Alert, Line},
    },
    items::{FEWEST, Item, MOST},
    kinds::{does, helps},
    numbers,
    paper::Paper,
};

/// An item that names more things than this names nothing.
const MOST_OBJECTS: usize = 6;

/// All lines about the action items.
pub(super) fn lines(paper: &Paper) -> Vec<Line> {
    let inventory = paper.facts.inventory();
    vec![
        graded(paper, "A1", "begins with something that is done", "начинаются с того, что делается", does),
        graded(
            paper,
            "A2",
            "has one owner, P0 to P3, a date after the incident and an id of its own",
            "имеют одного ответственного, P0–P3, дату после инцидента и свой id",
            |item| is_owned(paper, item),
        ),
        graded(
            paper,
            "A3",
            "names something that is in the lab",
            "называют то, что есть на стенде",
            |item| is_about(item, &inventory),
        ),
        graded(
            paper,
            "A4",
            "says when it is done: a number with its unit, a name of the lab in backticks, an alert that works",
            "говорят, когда готово: число с единицей, имя со стенда в обратных кавычках, рабочее оповещение",
            |item| paper.helped(item).is_some() || is_bounded(item, paper.alert(item), &inventory),
        ),
    ]
}

/// One line: how many of the items are good in one respect.
fn graded(paper: &Paper, id: &str, en: &str, ru: &str, good: impl Fn(&Item) -> bool) -> Line {
    let at = paper.document.line_of(Heading::Actions);
    let all = paper.items.len();
    if all == 0 {
        return paper.line(id, 0, 5, at, "there is no action item", "нет ни одной меры");
    }
    if all > MOST && id == "A1" {
        let line = paper.items[MOST].line;
        return paper.line(
            id,
            0,
            5,
            line,
            format!("{all} items: nobody does so many; keep 3 to 7"),
            format!("мер {all}: столько никто не сделает, оставьте от 3 до 7"),
        );
    }
    let is_good = |item: &&Item| !item.repeated && good(item);
    let count = paper.items.iter().filter(is_good).count();
    let points = scaled(5, count, all);
    let line = paper.items.iter().find(|item| !is_good(item)).map_or(at, |item| item.line);
    let few = if all < FEWEST {
        paper.lang.pick("; fewer than 3 are too few", "; меньше трёх мер мало")
    } else {
        String::new()
    };
    let many = if all > MOST {
        paper.lang.pick("; half, for there are too many", "; половина: мер слишком много")
    } else {
        String::new()
    };
    paper.line(
        id,
        points,
        5,
        line,
        format!("{count} of {all}: each {en}{few}{many}"),
        format!("{count} из {all} {ru}{few}{many}"),
    )
}

fn scaled(out_of: usize, good: usize, all: usize) -> u32 {
    let points = out_of * good / all.max(FEWEST);
    u32::try_from(if all > MOST { points / 2 } else { points }).unwrap_or(0)
}

fn is_owned(paper: &Paper, item: &Item) -> bool {
    const NOBODY: &[&str] =
        &["team", "everyone", "everybody", "all", "we", "us", "nobody", "команда", "все", "мы", "никто", "?"];
    let owner = item.owner.to_lowercase();
    let several = [",", ";", "/", "+", "&", " and ", " и "].iter().any(|sign| owner.contains(sign));
    let named = words(&owner).len().clamp(1, 3) == words(&owner).len()
        && !words(&owner).iter().any(|word| NOBODY.contains(&word.as_str()));
    let ranked = matches!(item.priority.to_uppercase().as_str(), "P0" | "P1" | "P2" | "P3");
    let day = paper.facts.day();
    let due = item.due.replace('`', "").trim().parse::<Date>().is_ok_and(|date| {
        let days = day.until(date).map_or(i32::MAX, |span| span.get_days());
        (1..=366).contains(&days)
    });
    let unique = !item.id.is_empty() && paper.items.iter().filter(|other| other.id == item.id).count() == 1;
    named && !several && ranked && due && unique
}

fn is_about(item: &Item, inventory: &BTreeSet<String>) -> bool {
    let said = words(&item.text());
    let parts = said.iter().flat_map(|word| std::iter::once(word.as_str()).chain(word.split(['.', '/'])));
    let named: BTreeSet<&str> = parts.filter(|part| inventory.contains(*part)).collect();
    (1..=MOST_OBJECTS).contains(&named.len())
}

fn is_bounded(item: &Item, alert: Option<&Alert>, inventory: &BTreeSet<String>) -> bool {
    if alert.is_some_and(|alert| !helps(alert)) {
        return false;
    }
    let mut quoted = item.done.split('`').skip(1).step_by(2);
    let named = quoted.any(|code| can_be_looked_up(code, inventory)) || item.done.contains("https://");
    let said = words(&item.done).len() >= 2 && (named || numbers::has_bound(&item.done));
    (said && !item.done_repeated) || alert.is_some()
}

/// Whether what stands in backticks is a name of the lab, or has a sign as paths, settings, versions and comparisons have, or a hump as Kubernetes' fields. `done` is neither.
fn can_be_looked_up(code: &str, inventory: &BTreeSet<String>) -> bool {
    let is_sign = |letter: char| letter.is_ascii_digit() || "/._<>=%".contains(letter);
    let humped = code.chars().zip(code.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    humped || code.trim_end_matches('.').contains(is_sign) || words(code).iter().any(|word| inventory.contains(word))
}
