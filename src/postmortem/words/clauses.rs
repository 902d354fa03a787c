//! Text as clauses of words, and lists that words are held against.
//!
//! **Invariant**: words are in lower case, `ё` is `е`, `n't` is `not`; in a list `alert*` is every word that begins so, `alert` only itself.

use super::super::document::spoken;

/// Signs that end a clause; a full stop does so only in front of a space.
const SIGNS: [char; 9] = [',', ';', ':', '!', '?', '(', ')', '—', '–'];

/// A word of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Word {
    /// In lower case.
    pub(in super::super) text: String,
    /// It was written as names are: one capital letter, the first.
    pub(in super::super) capital: bool,
    /// It is no part of a longer word: the `no` of `no-canary` denies nothing.
    pub(in super::super) alone: bool,
}

/// What stands between two signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Clause {
    /// The sign in front of it; a full stop in front of the first.
    pub(in super::super) after: char,
    /// At least one; a word with a hyphen, an underscore or a slash is its parts.
    pub(in super::super) words: Vec<Word>,
}

/// The clauses of a text.
pub(in super::super) fn clauses(text: &str) -> Vec<Clause> {
    let text = text.replace('’', "'").replace("n't", " not").replace(" - ", " — ");
    let mut found = Vec::new();
    let (mut after, mut from) = ('.', 0);
    let end = (text.len(), '.');
    for (at, sign) in text.char_indices().chain([end]) {
        let behind = at + sign.len_utf8();
        let goes_on = text.get(behind..).is_some_and(|rest| rest.starts_with(|letter: char| !letter.is_whitespace()));
        if SIGNS.contains(&sign) || (sign == '.' && !goes_on) {
            let words: Vec<Word> = spoken(text.get(from..at).unwrap_or_default()).flat_map(parts).collect();
            if !words.is_empty() {
                found.push(Clause { after, words });
            }
            (after, from) = (sign, behind);
        }
    }
    found
}

/// A word, or its parts.
fn parts(word: &str) -> Vec<Word> {
    let all: Vec<&str> = word.split(['-', '_', '/']).filter(|part| !part.is_empty()).collect();
    let alone = all.len() == 1;
    let read = |part: &&str| {
        let capital = part.starts_with(char::is_uppercase) && !part.chars().skip(1).any(char::is_uppercase);
        Word { text: part.to_lowercase().replace('ё', "е"), capital, alone }
    };
    all.iter().map(read).collect()
}

/// The word at a place; empty where there is none.
pub(in super::super) fn at(words: &[Word], place: usize) -> &str {
    words.get(place).map_or("", |word| word.text.as_str())
}

/// Whether a list has a word.
pub(in super::super) fn listed(word: &str, list: &[&str]) -> bool {
    list.iter().any(|pattern| fits(word, pattern))
}

/// Whether the words of a phrase stand at a place, one after the other.
pub(in super::super) fn stands(words: &[Word], place: usize, phrase: &str) -> bool {
    let mut here = words.iter().skip(place);
    phrase.split(' ').all(|pattern| here.next().is_some_and(|word| fits(&word.text, pattern)))
}

fn fits(word: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(word == pattern, |stem| word.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_end_clauses_and_dots_inside_of_words_do_not() {
        let said: Vec<(char, Vec<String>)> =
            clauses("Ещё payment.success didn’t fall: `no-canary`, Bob said. It was 2.8.1")
                .into_iter()
                .map(|clause| (clause.after, clause.words.into_iter().map(|word| word.text).collect()))
                .collect();
        let of = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            said,
            [
                ('.', of("еще payment.success did not fall")),
                (':', of("no canary")),
                (',', of("bob said")),
                ('.', of("it was 2.8.1"))
            ]
        );
    }

    #[test]
    fn parts_are_not_alone_and_names_have_one_capital() {
        let all = clauses("no-canary Bob PostgreSQL");
        let seen: Vec<_> = all.iter().flat_map(|clause| &clause.words).map(|word| (word.alone, word.capital)).collect();
        assert_eq!(seen, [(false, false), (false, false), (true, true), (true, false)]);
    }

    #[test]
    fn a_star_stands_for_endings_only_where_it_is_written() {
        assert!(listed("alerts", &["alert*"]) && !listed("alerts", &["alert"]) && !listed("", &["alert*"]));
    }
}
