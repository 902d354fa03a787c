//! Whether a sentence denies what it names: "the `deploy` had nothing to do with it", «это был не `deploy`».
//!
//! **Invariant**: a negation counts that is about the part which the word had; the ones of "no timeout", "no test counts queries" or
//! «клиенты не могли платить» tell what happened, and deny nothing.

use super::{
    clauses::{Clause, Word, at, clauses, listed, stands},
    lists::{
        ALERTS, ARTICLES, BEFALLS, CAUSES, CONTRAST, CUSTOMERS, DENIALS, FILLING, HELPING, HURTS, LEADS, LINKS, MAY,
        NO, NOT, ONLY, PREPOSITIONS, ROLES, SAME, SEES, SPARED, TIED, TO, WHAT_HAPPENED,
    },
};

/// "dc-1 had no power" tells of this trigger.
const POWER: &str = "power";

/// A clause, up to its next word of contrast.
struct Span<'a> {
    words: &'a [Word],
    /// It begins a sentence.
    begins: bool,
    /// A word such as "but" stands in front of it.
    but: bool,
}

/// Whether a step of a chain names a word of the vocabulary.
pub(in super::super) fn names(text: &str, word: &str) -> bool {
    said(text, word, false) == Some(true)
}

/// Whether a text tells of a factor by its word; `None` where the word is not in it. "Not the cause, but it hid it" tells of one.
pub(in super::super) fn tells(text: &str, factor: &str) -> Option<bool> {
    said(text, factor, true)
}

/// Whether what is said where such a word stands is that it had no part in what happened.
pub(in super::super) fn denies(text: &str, holds: impl Fn(&str) -> bool) -> bool {
    let all = read(text);
    let spans = spans(&all);
    let about = |span: &Span| span.words.iter().any(|word| holds(&word.text));
    spans.iter().enumerate().any(|(index, span)| about(span) && is_denied(&spans, index, true))
}

/// Whether a step about customers says that nothing happened to them.
pub(in super::super) fn spares(text: &str) -> bool {
    let all = read(text);
    let spans = spans(&all);
    let speaks = |span: &Span| {
        span.words.iter().any(|word| {
            listed(&word.text, CUSTOMERS) || word.text.split_once('.').is_some_and(|(_, of)| of == "success")
        })
    };
    spans.iter().enumerate().any(|(index, span)| {
        let words = span.words;
        // "They saw nothing but errors" tells of harm.
        let but = spans.get(index + 1).is_some_and(|later| later.but);
        let nothing = |place: usize| {
            let saw = listed(at(words, place), SEES) && at(words, place + 1) == "nothing";
            saw && !(but && place + 2 == words.len())
        };
        let unhurt = (0..words.len()).any(|place| nothing(place) || is_unhurt(words, place));
        speaks(span) && (unhurt || had_no_part(words, false))
    })
}

/// What stands in brackets is a part of its clause here: «выкладка (`deploy`) тут ни при чём».
fn read(text: &str) -> Vec<Clause> {
    clauses(&text.replace(['(', ')'], " "))
}

fn spans(all: &[Clause]) -> Vec<Span<'_>> {
    let mut found = Vec::new();
    for clause in all {
        let (mut begins, mut but) = (".!?;".contains(clause.after), false);
        for words in clause.words.split(|word| word.alone && listed(&word.text, CONTRAST)) {
            if !words.is_empty() {
                found.push(Span { words, begins, but });
                begins = false;
            }
            but = true;
        }
    }
    found
}

/// Whether a text names a word and stands by it.
fn said(text: &str, word: &str, concedes: bool) -> Option<bool> {
    let all = read(text);
    let spans = spans(&all);
    let parts: Vec<&str> = word.split('-').collect();
    let mut named = None;
    for (index, span) in spans.iter().enumerate() {
        for place in places(span.words, &parts) {
            let end = place + parts.len();
            let denied = is_withheld(span.words, place, word) || never_was(span.words, place, end);
            if denied || is_denied(&spans, index, concedes) {
                return Some(false);
            }
            named = Some(true);
        }
    }
    named
}

/// Where a word of the vocabulary stands, with hyphens or with spaces, and with any ending.
fn places(words: &[Word], parts: &[&str]) -> Vec<usize> {
    let phrase = parts.join(" ") + "*";
    (0..words.len()).filter(|place| stands(words, *place, &phrase)).collect()
}

fn denies_here(words: &[Word], place: usize, list: &[&str]) -> bool {
    let denies = words.get(place).is_some_and(|word| word.alone && listed(&word.text, list));
    denies && !listed(at(words, place + 1), ONLY)
}

/// Whether a negation in front reaches the word: "it was not caused by the `deploy`".
fn is_withheld(words: &[Word], start: usize, word: &str) -> bool {
    let denies = |place: usize| denies_here(words, place, NOT) || (word != POWER && denies_here(words, place, NO));
    let nearest = (0..start).rev().find(|place| denies(*place) || !listed(at(words, *place), LINKS));
    nearest.is_some_and(denies)
}

/// Whether it is said directly behind the word that it never was: "the `deploy` did not happen".
fn never_was(words: &[Word], start: usize, end: usize) -> bool {
    let governing = (0..start).rev().find(|place| !listed(at(words, *place), ARTICLES));
    if governing.is_some_and(|place| listed(at(words, place), PREPOSITIONS)) {
        return false;
    }
    let helps = |place: usize| listed(at(words, place), HELPING);
    let denies = |place: usize| denies_here(words, place, NOT) || denies_here(words, place, NO);
    let first = (end..words.len()).find(|place| !helps(*place)).filter(|place| denies(*place));
    first.is_some_and(|first| {
        let next = (first..words.len()).find(|place| !denies(*place) && !helps(*place));
        at(words, first) == "nothing" || next.is_none_or(|next| listed(at(words, next), BEFALLS))
    })
}

/// Whether a span, or what follows and speaks of the same, says that it had no part; to the end of the next sentence.
fn is_denied(spans: &[Span], index: usize, concedes: bool) -> bool {
    let mut sentences = 0;
    for (place, span) in spans.iter().enumerate().skip(index) {
        sentences += u32::from(place > index && span.begins);
        if sentences > 1 {
            return false;
        }
        let is_conceded = concedes && spans.iter().skip(place + 1).any(|later| later.but);
        if (place == index || goes_on(span.words)) && had_no_part(span.words, is_conceded) {
            return true;
        }
    }
    false
}

/// Whether a clause has no subject of its own: "it was …", "had nothing …".
fn goes_on(words: &[Word]) -> bool {
    words.iter().find(|word| !listed(&word.text, LEADS)).is_some_and(|word| listed(&word.text, SAME))
}

fn had_no_part(words: &[Word], conceded: bool) -> bool {
    (0..words.len()).any(|place| {
        let denial = DENIALS.iter().any(|phrase| stands(words, place, phrase));
        denial || (denies_here(words, place, NOT) && is_part(words, place + 1, conceded))
    })
}

/// Whether what is denied from here on is a part in what happened; an alert that was not set off is none.
fn is_part(words: &[Word], from: usize, conceded: bool) -> bool {
    let Some(place) = (from..words.len()).find(|place| !listed(at(words, *place), FILLING)) else { return false };
    let part = at(words, place);
    let of_alert = words.iter().skip(place + 1).take(3).any(|word| listed(&word.text, ALERTS));
    let cause = !conceded && listed(part, CAUSES) && at(words, place + 1) != "by";
    let tied_to = (place + 1..words.len()).find(|place| !listed(at(words, *place), TO));
    let tied = listed(part, TIED) && tied_to.is_none_or(|place| listed(at(words, place), WHAT_HAPPENED));
    tied || (!of_alert && (cause || listed(part, ROLES)))
}

/// Whether a negation takes the harm away: "no customer noticed", "without any effect". "No customer could pay" is harm.
fn is_unhurt(words: &[Word], place: usize) -> bool {
    let no = denies_here(words, place, NO);
    if !no && !denies_here(words, place, NOT) {
        return false;
    }
    let passed = |word: &str| [FILLING, CUSTOMERS, MAY].iter().any(|list| listed(word, list));
    let next = (place + 1..words.len()).map(|place| at(words, place)).find(|word| !passed(word));
    next.is_some_and(|word| listed(word, HURTS) || (no && listed(word, SPARED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "connection-pool-exhaustion";

    #[test]
    fn a_step_that_tells_what_a_word_did_names_it() {
        for (word, text) in [
            ("deploy", "The `deploy` of payment 2.8.1 brought a query for each line of an order."),
            ("deploy", "The `deploy` did not go through a canary and reached both pods."),
            ("deploy", "The `deploy` did not trigger any alert."),
            ("deploy", "After the `deploy` there was no alert."),
            ("deploy", "It was not the load, it was the `deploy`."),
            ("deploy", "The cause was not the load but the `deploy`."),
            ("deploy", "Not only the `deploy` but the load did it."),
            ("deploy", "Выкладка (`deploy`) payment 2.8.1 не прошла канарейку."),
            ("deploy", "После `deploy` клиенты не могли платить."),
            ("deploy", "После `deploy` не было алертов."),
            ("deploy", "`deploy` не вызвал ни одного алерта."),
            ("deploy", "Дело не в нагрузке, а в `deploy`."),
            ("power", "dc-1 had no `power`."),
            ("power", "dc-1 остался без `power`."),
            ("no-fencing", "There was `no-fencing`: the old primary took writes."),
            ("no-fencing", "There was no fencing, and the old primary took writes."),
            (POOL, "No connection was left in the pool: `connection-pool-exhaustion`."),
            (POOL, "Requests got no connection (`connection-pool-exhaustion`)."),
            (POOL, "The connection-pool exhaustion left no connection for the others."),
            (POOL, "Из-за `connection-pool-exhaustion` платежи не проходили."),
            (POOL, "Свободных соединений не осталось, это `connection-pool-exhaustion`."),
            ("overload", "`overload` meant that nobody was served."),
            ("rotation", "The `rotation` did not reach the pods that held the old password."),
        ] {
            assert!(names(text, word), "{word}: {text}");
        }
    }

    #[test]
    fn a_step_that_denies_a_word_does_not_name_it() {
        for (word, text) in [
            ("deploy", "It was not the `deploy`."),
            ("deploy", "No `deploy` happened."),
            ("deploy", "There never was a `deploy`."),
            ("deploy", "`deploy` never happened here."),
            ("deploy", "The `deploy` did not take place."),
            ("deploy", "The `deploy` wasn’t the trigger."),
            ("deploy", "The `deploy` had nothing to do with it."),
            ("deploy", "It had nothing to do with the `deploy`."),
            ("deploy", "The `deploy` came first. It had nothing to do with it."),
            ("deploy", "The `deploy` came first but was not the cause."),
            ("deploy", "It was not caused by the `deploy`."),
            ("deploy", "`deploy` тут ни при чём."),
            ("deploy", "Выкладка (`deploy`) payment 2.8.1 тут ни при чём."),
            ("deploy", "Выкладки (`deploy`) не было."),
            ("deploy", "Это был не `deploy`."),
            ("deploy", "Дело не в `deploy`."),
            ("deploy", "Никакого `deploy` не было."),
            ("deploy", "Никогда не было `deploy`."),
            ("deploy", "`deploy` никак не связан с инцидентом."),
            ("deploy", "`deploy` не имеет к этому отношения."),
            ("deploy", "Ни `deploy`, ни что-то ещё."),
            (POOL, "There was no `connection-pool-exhaustion`."),
            (POOL, "`connection-pool-exhaustion` не случилось."),
            ("deploy", "The release was late."),
        ] {
            assert!(!names(text, word), "{word}: {text}");
        }
    }

    #[test]
    fn a_factor_may_be_no_cause_and_yet_is_told() {
        let hid = "`no-pool-alert` was not the cause, but hid it for minutes.";
        assert_eq!((tells(hid, "no-pool-alert"), names(hid, "no-pool-alert")), (Some(true), false));
        assert_eq!(tells("`no-canary`: the release was not tried on one pod first.", "no-canary"), Some(true));
        for text in [
            "`no-canary`: this had nothing to do with it.",
            "`no-canary` was not a factor here.",
            "`no-canary`: это никак не повлияло.",
            "`no-canary` не имеет к этому никакого отношения.",
        ] {
            assert_eq!(tells(text, "no-canary"), Some(false), "{text}");
        }
        assert_eq!(tells("The weather was nice that day.", "no-canary"), None);
    }

    #[test]
    fn customers_who_could_not_pay_were_hurt_and_those_who_noticed_nothing_were_not() {
        for text in [
            "Customers could not pay.",
            "No customer could pay.",
            "Requests were refused: `payment.success` fell.",
            "Customers saw nothing but errors.",
            "Ни один клиент не смог заплатить.",
            "Запросы ждали соединения, пока клиенты не сдавались.",
        ] {
            assert!(!spares(text), "{text}");
        }
        for text in [
            "No customer noticed anything.",
            "Customers were not affected.",
            "The customers saw nothing.",
            "`payment.success` did not fall.",
            "No effect on customers was seen.",
            "Клиенты ничего не заметили.",
            "Ни один клиент не пострадал.",
            "Клиенты тут ни при чём.",
        ] {
            assert!(spares(text), "{text}");
        }
    }
}
