//! A5 and A6: what the items are good for together, and a bonus for one that was shown to work.
//!
//! **Invariant**: an item that only lists things, or takes a remedy away, touches none of them, and an alert that goes off for nothing
//! detects nothing.

use super::{
    super::{
        document::words,
        headings::Heading,
        review::{Alert, Line},
        words::{
            factors, removal,
            verbs::{self, Lead},
        },
    },
    items::{Item, MOST, Type},
    paper::Paper,
};

/// Whether an item begins with something that is done.
pub(in super::super) fn does(item: &Item) -> bool {
    verbs::lead(&item.action) == Lead::Does && words(&item.action).len() >= 3
}

/// Silent while all is well, and there when it is not.
pub(super) fn helps(alert: &Alert) -> bool {
    !alert.noisy && alert.sooner_s.is_some()
}

/// Whether an item is done once, and makes nothing worse.
fn is_good(item: &Item) -> bool {
    does(item) && !item.repeated && !removal::takes_away(&item.action)
}

/// The factors that an item touches; none, if it only lists them or takes their remedy away.
pub(in super::super) fn touches(item: &Item) -> Vec<&'static str> {
    let touched = factors::touched(&item.text());
    if touched.len() <= factors::MOST && is_good(item) { touched } else { Vec::new() }
}

/// A5.
pub(super) fn types(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Actions);
    let good = |item: &&Item| is_good(item) && paper.alert(item).is_none_or(helps);
    let of = |kind: Type| paper.items.iter().filter(good).filter(move |item| item.kind == Some(kind));
    let kinds =
        [Type::Prevent, Type::Detect, Type::Mitigate].into_iter().filter(|kind| of(*kind).next().is_some()).count();
    let truth = &paper.facts.scenario.diagnosis.factors;
    let touching = truth.is_empty()
        || of(Type::Prevent).any(|item| touches(item).iter().any(|factor| truth.iter().any(|one| one == factor)));
    let points = kinds + if touching { 2 } else { 0 };
    let points = u32::try_from(if paper.items.len() > MOST { points / 2 } else { points }).unwrap_or(0);
    let line = paper.items.first().map_or(at, |item| item.line);
    let (en, ru) = if touching {
        ("one of them takes away what made it possible", "одна из мер убирает то, что сделало это возможным")
    } else {
        (
            "none that prevents takes away what made it possible",
            "ни одна из предотвращающих не убирает того, что сделало это возможным",
        )
    };
    paper.line(
        "A5",
        points,
        5,
        line,
        format!("{kinds} of prevent, detect and mitigate are covered; {en}"),
        format!("из «предотвратить», «обнаружить», «смягчить» покрыто {kinds}; {ru}"),
    )
}

/// A6: a bonus for an item that helped when the fault was played again, or an alert that would have gone off sooner.
pub(super) fn bonus(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Actions);
    let few = paper.items.len() <= MOST;
    let helped = paper.items.iter().find_map(|item| Some((item.line, paper.helped(item)?.sentence.clone())));
    if let Some((line, sentence)) = helped.filter(|_| few) {
        return paper.line("A6", 5, 5, line, sentence.clone(), sentence);
    }
    let best = paper
        .alerts
        .iter()
        .filter(|alert| helps(alert))
        .max_by(|a, b| a.sooner_s.unwrap_or(0.0).total_cmp(&b.sooner_s.unwrap_or(0.0)));
    let Some(alert) = best.or(paper.alerts.first()) else {
        return paper.line(
            "A6",
            0,
            5,
            at,
            "a bonus: no item carries `alert: CONDITION` as its check, or a command that was tried",
            "надбавка: ни у одной меры нет проверки `alert: УСЛОВИЕ` или опробованной команды",
        );
    };
    let sooner = helps(alert) && alert.sooner_s.is_some_and(|sooner_s| sooner_s >= 1.0) && few;
    let points = if sooner { 5 } else { 0 };
    paper.line("A6", points, 5, alert.line, alert.sentence.clone(), alert.sentence.clone())
}
