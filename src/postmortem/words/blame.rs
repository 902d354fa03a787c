//! Words that blame a person.
//!
//! **Invariant**: a phrase is looked for in whole words of lower case; Russian ones are the stems from which words begin.

use super::super::document::{Passage, words};

const ENGLISH: &[&str] = &[
    "human error",
    "operator error",
    "careless",
    "carelessly",
    "carelessness",
    "negligent",
    "negligence",
    "incompetent",
    "incompetence",
    "stupid",
    "stupidity",
    "lazy",
    "sloppy",
    "should have",
    "shouldn",
    "must have known",
    "failed to notice",
    "forgot to",
    "'s fault",
    "fault of",
    "to blame",
    "guilty",
    "culprit",
];

const RUSSIAN: &[&str] = &[
    "человеческ фактор",
    "человеческ ошибк",
    "по вине",
    "виноват",
    "виновн",
    "халатн",
    "небрежн",
    "невнимател",
    "безответственн",
    "некомпетентн",
    "глуп",
    "ленив",
    "должен был",
    "должна была",
    "должны были",
    "следовало",
    "забыл",
    "проморгал",
    "накосячил",
    "облажал",
];

/// What is done wrong, said of somebody with a name.
const DEEDS: &[&str] =
    &["broke", "caused", "crashed", "forgot", "missed", "ignored", "сломал", "уронил", "забыл", "пропустил"];

/// The phrase in a passage that blames somebody.
pub(in super::super) fn phrase(passage: &Passage) -> Option<String> {
    let text = passage.text.to_lowercase().replace('’', "'");
    let said = words(&text);
    let english = ENGLISH.iter().find(|phrase| match phrase.strip_prefix('\'') {
        Some(_) => text.contains(*phrase),
        None => stands(&said, phrase, |word, wanted| word == wanted),
    });
    let russian = RUSSIAN.iter().find(|phrase| stands(&said, phrase, |word, stem| word.starts_with(stem)));
    let handle = text.split_whitespace().find(|word| word.len() > 1 && word.starts_with('@'));
    let deed = handle.filter(|_| DEEDS.iter().any(|deed| said.iter().any(|word| word.starts_with(deed))));
    english.or(russian).map(|phrase| (*phrase).to_owned()).or_else(|| deed.map(str::to_owned))
}

/// Whether the words of a phrase stand in a text, one after the other.
fn stands(said: &[String], phrase: &str, is: impl Fn(&str, &str) -> bool) -> bool {
    let wanted: Vec<_> = phrase.split(' ').collect();
    said.windows(wanted.len()).any(|here| here.iter().zip(&wanted).all(|(word, wanted)| is(word, wanted)))
}

/// The word that calls a degradation a whole outage.
pub(in super::super) fn whole_outage(passage: &Passage) -> Option<&'static str> {
    let said = words(&passage.text);
    ["outage", "полный отказ", "полная недоступность"]
        .into_iter()
        .find(|phrase| stands(&said, phrase, |word, wanted| word == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blames(text: &str) -> bool {
        phrase(&Passage { line: 1, text: text.to_owned() }).is_some()
    }

    #[test]
    fn a_person_is_blamed_and_a_system_is_not() {
        for text in [
            "The cause was human error.",
            "The developer should have tested it",
            "It was the developer’s fault",
            "@bob broke the release",
            "Инженер был невнимателен",
            "Причина — человеческий фактор",
            "Дежурный должен был проверить",
        ] {
            assert!(blames(text), "{text}");
        }
        for text in [
            "The release reached every customer at once",
            "faults of this kind are found by a canary",
            "@bob acknowledged the page",
            "Релиз попал сразу ко всем",
        ] {
            assert!(!blames(text), "{text}");
        }
    }
}
