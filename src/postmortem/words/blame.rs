//! Words that blame a person.
//!
//! **Invariant**: what is said of a system, or of nobody, blames none: "the alert should have fired", "lazy loading", «никто не виноват».

use super::{
    super::document::Passage,
    clauses::{Clause, Word, at, clauses, listed, stands},
    lists::ONLY,
    people::{ARTICLES, NAMES, NO_NAMES, OF, PERSONS, TOLD, WHOM},
};

#[rustfmt::skip]
const BLAME: &[&str] = &[
    "human error", "operator error", "careless", "carelessly", "carelessness", "negligent", "negligence", "incompetent", "incompetence", "stupid",
    "stupidity", "lazy", "sloppy", "must have known", "failed to notice", "forgot to", "s fault", "fault of", "to blame", "guilty", "culprit",
    "человеческ* фактор*", "человеческ* ошибк*", "по вине", "виноват*", "виновн*", "халатн*", "небрежн*", "невнимател*", "безответственн*",
    "некомпетентн*", "глуп*", "ленив*", "забыл*", "проморгал*", "накосячил*", "облажал*",
];

/// What loads, connects or reckons late is called lazy, and blames nobody.
const LAZY: &[&str] = &["lazy", "ленив*"];
#[rustfmt::skip]
const LAZILY: &[&str] = &[
    "load*", "init*", "evaluat*", "fetch*", "connect*", "creat*", "import*", "bind*", "seq*", "загру*", "подгру*", "инициал*", "вычисл*", "созда*",
    "подключ*", "чтени*", "запрос*", "импорт*", "выборк*", "запис*", "соединен*",
];

/// So many words in front of the blame may take it back: "no one is to blame".
const REACH: usize = 4;
#[rustfmt::skip]
const NOBODY: &[&str] = &[
    "nobody", "no", "none", "not", "never", "neither", "nor", "without", "никто", "никого", "никому", "не", "ни", "нет", "ничья", "ничьей", "ничей",
];
/// But not over one of these.
const TURNS: &[&str] = &["but", "because", "that", "and", "so", "но", "что", "потому", "и", "а", "котор*", "чтобы"];

/// What somebody had to do; of a thing it is no blame.
#[rustfmt::skip]
const DUTIES: &[&str] = &[
    "should have", "should not have", "should never have", "ought to have", "должен был", "должна была", "должны были",
];
/// «Следовало бы проверить»; but «из графика следовало, что …».
const OUGHT: &[&str] = &["следовало"];
const INFINITIVES: &[&str] = &["ть", "ти", "чь", "ться", "тись"];

/// So many words in front of a duty may be between it and whose it is,
const NEAR: usize = 6;
/// but none of these: it begins another clause.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    "that", "which", "because", "and", "but", "when", "if", "so", "as", "while", "although", "where", "since", "until", "or", "s", "what",
    "что", "котор*", "потому", "и", "но", "а", "когда", "если", "чтобы", "где", "пока",
];

/// What is done wrong, said of somebody with a name.
const DEEDS: &[&str] =
    &["broke", "caused", "crashed*", "forgot*", "missed", "ignored", "сломал*", "уронил*", "забыл*", "пропустил*"];

/// The phrase in a passage that blames somebody.
pub(in super::super) fn phrase(passage: &Passage) -> Option<String> {
    let all = clauses(&passage.text);
    let found = (0..all.len()).find_map(|index| blamed(&all, index));
    found.or_else(|| handled(&passage.text, &all))
}

fn blamed(all: &[Clause], index: usize) -> Option<String> {
    let words = &all.get(index)?.words;
    (0..words.len()).find_map(|place| {
        let here = |phrase: &&&str| stands(words, place, phrase);
        let blame = BLAME.iter().filter(here).find(|phrase| !is_of_nobody(words, place, phrase));
        let duty = || DUTIES.iter().filter(here).find(|phrase| is_a_persons(all, index, place, phrase));
        let ought = || OUGHT.iter().filter(here).find(|_| ought_somebody(words, place));
        let phrase = blame.or_else(duty).or_else(ought)?;
        let said = words.iter().skip(place).take(length(phrase)).map(|word| word.text.as_str());
        Some(said.collect::<Vec<_>>().join(" "))
    })
}

fn length(phrase: &str) -> usize {
    phrase.split(' ').count()
}

/// "Nobody is to blame", "lazy loading", «виноватых нет».
fn is_of_nobody(words: &[Word], place: usize, phrase: &str) -> bool {
    let next = at(words, place + length(phrase));
    let technical = LAZY.contains(&phrase) && listed(next, LAZILY);
    let mut before = (place.saturating_sub(REACH)..place).rev().take_while(|place| !listed(at(words, *place), TURNS));
    let none = before.find(|place| listed(at(words, *place), NOBODY));
    let denied = none.is_some_and(|place| !listed(at(words, place + 1), ONLY));
    technical || denied || (phrase.starts_with("вино") && ["нет", "не"].contains(&next))
}

/// Whether it is a person who had to: "the engineer should have", and not "the alert should have".
fn is_a_persons(all: &[Clause], index: usize, place: usize, phrase: &str) -> bool {
    let Some(clause) = all.get(index) else { return false };
    let words = &clause.words;
    let end = place + length(phrase);
    let deed = end + usize::from(at(words, end) == "been");
    // Who should have been told is not blamed for that.
    if listed(at(words, deed), TOLD) {
        return false;
    }
    // "The engineer, who deployed it, should have": whose it is stands in front of what the commas enclose.
    let enclosed = place == 0 && clause.after == ',';
    let inner = index.checked_sub(1).and_then(|index| all.get(index)).filter(|inner| enclosed && inner.after == ',');
    let outer = inner.and(index.checked_sub(2)).and_then(|index| all.get(index));
    let subject = outer.map_or_else(|| has_person(words, place), |outer| has_person(&outer.words, outer.words.len()));
    // «Должен был проверить дежурный».
    let behind = phrase.starts_with("долж") && (deed..deed + 3).any(|place| is_person(words, place));
    subject || behind
}

/// Whether a person is what a clause is about, up to a place.
fn has_person(words: &[Word], end: usize) -> bool {
    let mut near = (end.saturating_sub(NEAR)..end).rev().take_while(|place| !listed(at(words, *place), STOPS));
    near.any(|place| is_person(words, place) && !is_object(words, place)) || is_name(words, end)
}

fn is_person(words: &[Word], place: usize) -> bool {
    let on_call = at(words, place) == "call" && place.checked_sub(1).is_some_and(|before| at(words, before) == "on");
    on_call || listed(at(words, place), PERSONS)
}

/// "The page to the engineer": it is the page of which something is said.
fn is_object(words: &[Word], place: usize) -> bool {
    let before = (0..place).rev().find(|place| !listed(at(words, *place), ARTICLES));
    before.is_some_and(|place| listed(at(words, place), OF))
}

/// Whether the word in front of a place is a name: a known one, or a capital letter within a clause.
fn is_name(words: &[Word], end: usize) -> bool {
    let Some(word) = end.checked_sub(1).and_then(|place| words.get(place)) else { return false };
    let within = end.checked_sub(2).is_some_and(|place| !listed(at(words, place), ARTICLES));
    word.capital && !listed(&word.text, NO_NAMES) && (within || listed(&word.text, NAMES))
}

fn ought_somebody(words: &[Word], place: usize) -> bool {
    let infinitive = |place: usize| INFINITIVES.iter().any(|end| at(words, place).ends_with(end));
    let binds = at(words, place + 1) == "бы" || infinitive(place + 1) || infinitive(place + 2);
    let follows = (place.saturating_sub(REACH)..place).any(|place| at(words, place) == "из");
    let whom = place.checked_sub(1).map_or("", |place| at(words, place));
    let dative = ["у", "ю", "ам", "ям"].iter().any(|end| whom.ends_with(end));
    binds && !follows && (!dative || listed(whom, WHOM))
}

/// Somebody is called by a handle, and something that he did wrong is told.
fn handled(text: &str, all: &[Clause]) -> Option<String> {
    let handle = text.split_whitespace().find(|word| word.len() > 1 && word.starts_with('@'))?;
    let is = |words: &[Word]| {
        let duty = |place: usize| DUTIES.iter().any(|phrase| stands(words, place, phrase));
        words.iter().any(|word| listed(&word.text, DEEDS)) || (0..words.len()).any(duty)
    };
    all.iter().any(|clause| is(&clause.words)).then(|| handle.to_owned())
}

/// The word that calls a degradation a whole outage.
pub(in super::super) fn whole_outage(passage: &Passage) -> Option<&'static str> {
    let all = clauses(&passage.text);
    let says = |phrase: &str| {
        all.iter().any(|clause| (0..clause.words.len()).any(|place| stands(&clause.words, place, phrase)))
    };
    ["outage", "полный отказ", "полная недоступность"].into_iter().find(|phrase| says(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blames(text: &str) -> bool {
        phrase(&Passage { line: 1, text: text.to_owned() }).is_some()
    }

    #[test]
    fn a_person_is_blamed() {
        for text in [
            "The cause was human error.",
            "The developer should have tested it",
            "Its author should have tested it",
            "The engineer who deployed it should have tested it",
            "The engineer, who deployed it, should have tested it",
            "The person on call should have looked",
            "The on-call should have looked",
            "He shouldn't have deployed",
            "Bob should have rolled it back",
            "and then Cleopatra should have looked",
            "@bob should have rolled it back",
            "It was the developer’s fault",
            "Bob is to blame",
            "Nobody but the developer is to blame",
            "The lazy developer did not test it",
            "@bob broke the release",
            "Инженер был невнимателен",
            "Причина — человеческий фактор",
            "Дежурный должен был проверить",
            "Инженер, который выкатывал релиз, должен был проверить",
            "Должен был проверить дежурный",
            "Она должна была заметить",
            "Иван должен был посмотреть",
            "Разработчики должны были протестировать",
            "Ему следовало бы проверить",
            "Дежурному следовало проверить",
            "Следовало проверить релиз",
            "Виноват разработчик",
            "Ленивый разработчик не проверил",
        ] {
            assert!(blames(text), "{text}");
        }
    }

    #[test]
    fn a_system_and_nobody_are_not() {
        for text in [
            "The release reached every customer at once",
            "faults of this kind are found by a canary",
            "@bob acknowledged the page",
            "@bob restarted the broker",
            "Lazy loading hid it",
            "a lazy load of the catalog",
            "The alert should have fired",
            "Kafka should have kept it",
            "The canary should have stopped it",
            "An engineer saw that the alert should have fired",
            "The engineer's alert should have fired",
            "The page to the on-call engineer should have gone out earlier",
            "The on-call engineer should have been paged sooner",
            "We should have had a canary",
            "Nobody is to blame",
            "No one is to blame",
            "It was nobody's fault",
            "It was not human error",
            "Релиз попал сразу ко всем",
            "Ленивая загрузка каталога",
            "ленивая инициализация пула",
            "Алерт должен был сработать",
            "Инженер увидел, что алерт должен был сработать",
            "Канарейка должна была остановить релиз",
            "Мы должны были настроить алерт",
            "Дежурный должен был получить алерт",
            "Никто не виноват",
            "Виноватых нет",
            "Мы не ищем виноватых",
            "Из графика следовало, что база жива",
            "Алерту следовало сработать раньше",
        ] {
            assert!(!blames(text), "{text}");
        }
    }
}
