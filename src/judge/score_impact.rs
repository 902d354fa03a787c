//! Whom an acknowledgement says the incident hurts, held against whom it hurt.
//!
//! **Invariant**: who names somebody that was served all the while, or calls well who was not, has not named the impact.

use std::collections::BTreeSet;

use super::case::Case;
use crate::model::{condition::Condition, customers::Journey, evaluate::share};

/// What customers can be hurt in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    History,
    Parcel,
    Catalog,
    Charge,
    Price,
    Payment,
    Order,
    Nobody,
}

/// How each is called, by the beginnings of words. A phrase is taken out before a word of it could mean another topic.
const WORDS: &[(Topic, &[&str])] = &[
    (Topic::History, &["order history", "history", "past order", "earlier order", "placed order"]),
    (Topic::History, &["истори", "прошлые заказ", "прошлых заказ", "прежние заказ", "свои заказ", "своих заказ"]),
    (Topic::Parcel, &["parcel", "deliver", "ship", "посыл", "достав", "отправ"]),
    (Topic::Catalog, &["brows", "catalog", "product", "каталог", "просмотр", "витрин", "товар"]),
    (Topic::Charge, &["twice", "double", "duplicate", "дважды", "двойн", "два раза"]),
    (Topic::Price, &["price", "cheap", "цен", "дешев", "сумм"]),
    (Topic::Payment, &["pay", "оплат", "заплат", "плати", "плате"]),
    (
        Topic::Order,
        &["checkout", "check out", "order", "buy", "purchas", "basket", "оформ", "заказ", "купить", "покупк"],
    ),
    (
        Topic::Nobody,
        &["nobody", "no one", "no customer", "none of", "никто", "никого", "никому", "ни один", "ни одного"],
    ),
];
/// A clause with one of these says that those in it are well,
const WELL: &[&str] = &["fine", "ok", "work", "normal", "unaffected", "healthy", "в порядке", "работа", "нормальн"];
/// unless one of these is in it too.
const ILL: &[&str] = &[
    "not ",
    "no ",
    "never",
    "cannot",
    "can't",
    "don't",
    "doesn't",
    "fail",
    "slow",
    "hurt",
    "broke",
    "down",
    "error",
    "lost",
    "не ",
    "нет ",
    "пада",
    "медлен",
    "тормоз",
    "ошиб",
    "потер",
];

/// This share of requests that failed hurts; below that one nobody noticed.
const HURT: f64 = 0.05;
const UNHURT: f64 = 0.01;

/// Whether a sentence says whom the incident hurts.
pub(super) fn is_right(case: &Case, text: &str) -> bool {
    let failed = failed(case);
    let hurt = hurt(case, &failed);
    let unhurt = unhurt(&hurt, &failed);
    let (mut named, mut well) = (BTreeSet::new(), BTreeSet::new());
    let text = text.to_lowercase().replace('ё', "е").replace("in order to", "to");
    let text = [" but ", " while ", " но ", " а "].iter().fold(text, |text, word| text.replace(word, ","));
    for clause in text.split([',', '.', ';', ':', '!', '(', ')', '—']) {
        let mut clause = format!("{clause} ");
        let says = |clause: &str, stems: &[&str]| stems.iter().any(|stem| place(clause, stem).is_some());
        let is_well = says(&clause, WELL) && !says(&clause, ILL);
        let topics = topics(&mut clause);
        if is_well { &mut well } else { &mut named }.extend(topics);
    }
    if hurt.is_empty() {
        return named.len() == 1 && named.contains(&Topic::Nobody);
    }
    !named.is_disjoint(&hurt) && named.is_disjoint(&unhurt) && well.is_disjoint(&hurt)
}

/// Where a word begins like this.
fn place(text: &str, stem: &str) -> Option<usize> {
    let begins_word = |at: &usize| !text[..*at].ends_with(char::is_alphanumeric);
    text.match_indices(stem).map(|(at, _)| at).find(begins_word)
}

/// What a clause is about; each word that says so is taken out of it.
fn topics(clause: &mut String) -> BTreeSet<Topic> {
    let mut found = BTreeSet::new();
    for (topic, stems) in WORDS {
        for stem in *stems {
            while let Some(at) = place(clause, stem) {
                clause.replace_range(at..at + stem.len(), "");
                found.insert(*topic);
            }
        }
    }
    found
}

/// Whom it hurts: those of the page and of the symptom, and who else was refused.
fn hurt(case: &Case, failed: &[(Topic, f64)]) -> BTreeSet<Topic> {
    let symptom = case.scenario.symptom.iter().flat_map(|symptom| &symptom.when.0);
    let watched = case.scenario.page.when.iter().chain(symptom).filter_map(Condition::probe);
    let mut hurt: BTreeSet<Topic> = watched.filter_map(|probe| topic(case, probe)).collect();
    if hurt.is_empty() && case.scenario.recoveries().next().is_some() {
        // A page that watches no customers watches their money.
        hurt.extend([Topic::Order, Topic::Payment, Topic::Charge, Topic::Price]);
    }
    hurt.extend(failed.iter().filter(|(_, failed)| *failed >= HURT).map(|(topic, _)| *topic));
    hurt
}

/// Who was served all the while, and is not what it is about either.
fn unhurt(hurt: &BTreeSet<Topic>, failed: &[(Topic, f64)]) -> BTreeSet<Topic> {
    let about_orders = hurt.contains(&Topic::Parcel) || hurt.contains(&Topic::History);
    let served = failed.iter().filter(|(_, failed)| *failed < UNHURT).map(|(topic, _)| *topic);
    let is_meant = |topic: &Topic| hurt.contains(topic) || about_orders && *topic == Topic::Order;
    served.filter(|topic| !is_meant(topic)).collect()
}

/// The share of requests that failed while it went on, by what was asked for.
fn failed(case: &Case) -> Vec<(Topic, f64)> {
    let from_s = case.first_injected().map(|(_, at_s)| at_s).or(case.fault_s).unwrap_or_default();
    let until_s = case.recovered().map_or(case.end_s, |(since_s, _)| since_s);
    let names = case.scenario.load.customers.iter().flat_map(|(name, customers)| {
        let promises = customers.promises.keys().map(move |promise| format!("{name}.{promise}"));
        promises.chain([name.clone()])
    });
    let of = |name: String| {
        let windows = case.timeline.windows(&name).map(|(_, window)| window);
        let windows = windows.filter(|window| window.from_s >= from_s && window.from_s < until_s);
        let (failed, all) = windows.fold((0, 0), |sum, one| (sum.0 + one.failed, sum.1 + one.intended));
        Some((topic(case, &name)?, share(failed, all)?))
    };
    names.filter_map(of).collect()
}

/// What the customers of a probe ask for.
fn topic(case: &Case, probe: &str) -> Option<Topic> {
    let (name, promise) = probe.split_once('.').unwrap_or((probe, ""));
    Some(match (promise, case.scenario.load.customers.get(name)?.journey) {
        ("parcel", _) => Topic::Parcel,
        ("visible", _) | (_, Journey::History) => Topic::History,
        (_, Journey::Payment) => Topic::Payment,
        (_, Journey::Checkout) => Topic::Order,
        (_, Journey::Browse) => Topic::Catalog,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Story};
    use super::*;
    use crate::model::{scenario::Scenario, timeline::Timeline};

    fn right(scenario: &Scenario, text: &str) -> bool {
        // Payments fail, browsing does not.
        let timeline = Timeline { events: Story::of(testing::scenario()).paged().seconds(5, 50).events() };
        is_right(&Case::of(scenario, &timeline), text)
    }

    fn of(id: &str) -> Scenario {
        crate::store::scenarios::read(None, id).unwrap().1
    }

    #[test]
    fn who_is_hurt_is_named_and_who_is_not_is_not() {
        for (wanted, text) in [
            (true, "customers cannot pay: payment success is at 12%"),
            (true, "nobody can pay"),
            (true, "платежи не проходят"),
            (true, "Payments fail; browsing works"),
            (true, "оплата падает, каталог работает"),
            (false, "платформа тормозит"),
            (false, "in order to be safe I looked"),
            (false, "payments are fine but the catalog fails"),
            (false, "nobody can browse, order or pay"),
            (false, "nobody is hurt"),
            (false, "the shop is slow"),
        ] {
            assert_eq!(right(&testing::scenario(), text), wanted, "{text}");
        }
    }

    /// None of these could be named: the page watches a gauge, or the words were unknown.
    #[test]
    fn the_impact_of_each_incident_has_words() {
        for (id, text) in [
            ("edge-retries", "some customers are charged twice"),
            ("edge-retries", "с покупателей списали деньги дважды"),
            ("update-without-where", "orders go through at wrong prices"),
            ("update-without-where", "заказы уходят по неверным ценам"),
            ("nothing-is-wrong", "nobody is hurt"),
            ("nothing-is-wrong", "никто не пострадал"),
            ("drop-table", "customers cannot see their past orders"),
            ("drop-table", "покупатели не видят историю заказов"),
            ("poison-pill", "orders are not delivered"),
            ("poison-pill", "parcels are not sent"),
            ("poison-pill", "посылки не приходят"),
            ("kafka-lost-orders", "some parcels never come"),
            ("dc-1-down", "nobody can order"),
            ("brown-out", "checkout is slow"),
            ("cache-stampede", "the catalog does not load"),
        ] {
            assert!(right(&of(id), text), "{id}: {text}");
        }
        for (id, text) in [
            ("nothing-is-wrong", "customers cannot order"),
            ("nothing-is-wrong", "nobody can pay"),
            ("poison-pill", "nobody can check out"),
            ("edge-retries", "the catalog is slow"),
        ] {
            assert!(!right(&of(id), text), "{id}: {text}");
        }
    }
}
