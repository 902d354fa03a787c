//! P9: how one led to the other, from what set it off to what customers saw.
//!
//! **Invariant**: what a step denies it does not name; a chain that lists the vocabulary is none.

use std::collections::BTreeSet;

use super::{
    super::{
        document::{Passage, words},
        headings::Heading,
        review::Line,
        words::{
            clauses::{clauses, listed, stands},
            denial,
            lists::CUSTOMERS,
        },
    },
    paper::Paper,
};
use crate::model::diagnosis::{FACTORS, MECHANISMS, TRIGGERS};

/// A chain that names more words than this, all its steps together, is a list.
const MOST_WORDS: usize = 8;

/// P9.
pub(super) fn chain(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Chain);
    let truth = &paper.facts.scenario.diagnosis;
    let steps: Vec<&Passage> =
        paper.own(Heading::Chain).into_iter().filter(|step| words(&step.text).len() >= 3).collect();
    let mut named = BTreeSet::new();
    let list = steps.iter().find(|step| {
        named.extend(vocabulary(&step.text));
        named.len() > MOST_WORDS
    });
    if let Some(list) = list {
        return paper.line(
            "P9",
            0,
            5,
            list.line,
            "here the chain has become a list of the vocabulary",
            "с этого места цепочка перечисляет словарь",
        );
    }
    let first = |word: &str| steps.iter().position(|step| denial::names(&step.text, word));
    let (trigger, mechanism) = (first(&truth.trigger), first(&truth.mechanism));
    let seen = steps.iter().rposition(|step| is_symptom(paper, step));
    let follows = |one: Option<usize>, other: Option<usize>| one.zip(other).is_some_and(|(one, other)| one < other);
    let links = u32::from(follows(trigger, mechanism)) + u32::from(follows(mechanism, seen));
    let points = 2 * links + u32::from(steps.len() >= 3);
    let line = steps.first().map_or(at, |step| step.line);
    let en = format!(
        "{} steps, {links} of 2 links from what set it off, over what happened, to what customers saw",
        steps.len()
    );
    let ru =
        format!("шагов: {}, связей от запуска через механизм к тому, что увидели клиенты: {links} из 2", steps.len());
    paper.line("P9", points, 5, line, en, ru)
}

/// The words of the vocabulary that a text has, denied or not; of one within another the longer.
fn vocabulary(text: &str) -> BTreeSet<&'static str> {
    let all = || TRIGGERS.iter().chain(MECHANISMS).chain(FACTORS).copied();
    let mut found = BTreeSet::new();
    for clause in clauses(text) {
        let mut place = 0;
        while place < clause.words.len() {
            let is_here = |word: &&str| stands(&clause.words, place, &(word.replace('-', " ") + "*"));
            let here = all().filter(is_here).max_by_key(|word| word.len());
            found.extend(here);
            place += here.map_or(1, |word| word.split('-').count());
        }
    }
    found
}

/// Whether a step is about what the customers saw.
fn is_symptom(paper: &Paper, step: &Passage) -> bool {
    let probe = paper.facts.watched().and_then(|condition| condition.probe()).unwrap_or("customers");
    let success = format!("{probe}.success");
    let speaks = words(&step.text).iter().any(|word| listed(word, CUSTOMERS) || *word == success);
    speaks && !denial::spares(&step.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_word_counts_once() {
        let found = vocabulary("A `batch-job` (postgres-overload) after the deploys; no fencing token, no power.");
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["batch-job", "deploy", "no-fencing-token", "postgres-overload", "power"]
        );
    }
}
