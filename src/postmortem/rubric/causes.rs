//! P7 and P8: the cause, and what made it possible.
//!
//! **Invariant**: words are compared, by the judge's own comparison; a reason says how much is right and never what would be.

use super::{
    super::{
        document::{Passage, is_left_open, words},
        headings::Heading,
        review::Line,
        words::factors,
    },
    paper::Paper,
};
use crate::{
    judge::compare,
    model::diagnosis::{Answer, FACTORS},
};

/// A factor is told in a sentence, which has so many words at least.
const SENTENCE: usize = 4;

/// A field of the causes, in the spelling of the vocabulary.
fn given(paper: &Paper, names: &[&str]) -> Option<(usize, String)> {
    let Passage { line, text } = paper.document.section(Heading::Causes)?.field(names)?;
    (!is_left_open(&text)).then(|| (line, spelt(&text))).filter(|(_, text)| !text.is_empty())
}

fn spelt(text: &str) -> String {
    text.replace('`', "").trim().trim_end_matches('.').to_lowercase().replace([' ', '_'], "-")
}

/// The cause as an answer of the vocabulary, and the line of its first field.
pub(super) fn answer(paper: &Paper) -> (Answer, Option<usize>) {
    let component = given(paper, &["component", "компонент"]);
    let mechanism = given(paper, &["mechanism", "механизм"]);
    let trigger = given(paper, &["trigger", "триггер"]);
    let factors = named_factors(paper);
    let line = [&component, &mechanism, &trigger].into_iter().flatten().map(|(line, _)| *line).min();
    let one = |field: Option<(usize, String)>| field.map(|(_, word)| word);
    let factors = factors.map(|(_, list)| list).unwrap_or_default();
    (Answer { component: one(component), mechanism: one(mechanism), trigger: one(trigger), factors }, line)
}

/// The factors that are listed among the causes, and the line on which they are.
pub(in super::super) fn named_factors(paper: &Paper) -> Option<(usize, Vec<String>)> {
    let Passage { line, text } = paper.document.section(Heading::Causes)?.field(&["factors", "факторы"])?;
    let list = text.split([',', ';']).map(spelt).filter(|word| !word.is_empty());
    (!is_left_open(&text)).then(|| (line, list.collect()))
}

/// P7.
pub(super) fn cause(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Causes);
    let (answer, line) = answer(paper);
    if answer == Answer::default() {
        return paper.line("P7", 0, 15, at, "no cause is named", "причина не названа");
    }
    let line = line.unwrap_or(at);
    let (hundredths, sentence) = compare(&paper.facts.scenario.diagnosis, &answer);
    let strange = answer.doubts().len();
    let (mut en, mut ru) = (sentence.clone(), in_russian(&sentence));
    if strange > 0 {
        en = format!("{en}; {strange} are no words of the vocabulary: droplab done --words");
        ru = format!("{ru}; не из словаря: {strange}, слова: droplab done --words");
    }
    paper.line("P7", 15 * hundredths / 100, 15, line, en, ru)
}

/// The judge's sentence in Russian.
fn in_russian(sentence: &str) -> String {
    let pairs = [
        ("component", "компонент"),
        ("mechanism", "механизм"),
        ("trigger", "триггер"),
        ("only what it looks like", "лишь похоже на то"),
        ("right", "верно"),
        ("wrong", "неверно"),
        ("missing", "не назван"),
        (" of ", " из "),
        ("factors", "факторов"),
        ("that are none", "лишних"),
    ];
    pairs.into_iter().fold(sentence.to_owned(), |text, (en, ru)| text.replace(en, ru))
}

/// P8.
pub(super) fn made_possible(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Factors);
    let truth = &paper.facts.scenario.diagnosis;
    let (line, mut named) = named_factors(paper).unwrap_or_default();
    named.sort();
    named.dedup();
    let wanted = truth.factors.len().min(2);
    let right = named.iter().filter(|one| truth.factors.contains(one)).count();
    let extras = named.len() - right;
    let (answer, _) = answer(paper);
    let told = told(paper, &named);
    let listed = if right >= wanted && (wanted > 0 || extras == 0) { 3 } else { u32::from(right > 0) };
    let points =
        (listed + if told >= wanted.max(1) { 2 } else { 0 }).saturating_sub(u32::try_from(extras).unwrap_or(9));
    let points = if named.is_empty() && wanted > 0 { 0 } else { points };
    if answer.trigger.is_some() && answer.trigger == answer.mechanism {
        return paper.line(
            "P8",
            points.min(1),
            5,
            line.max(1),
            "the trigger is no root: what made it possible?",
            "триггер — не корень: что сделало это возможным?",
        );
    }
    let line = if named.is_empty() || told < wanted.max(1) { at } else { line };
    let en =
        format!("{right} of the factors that you name are right and {extras} are not; {told} are told in a sentence");
    paper.line(
        "P8",
        points,
        5,
        line,
        en,
        format!("из названных факторов верны {right}, лишних {extras}; рассказаны словами: {told}"),
    )
}

/// How many of the factors that are named are told as well, each in a passage of its own.
fn told(paper: &Paper, named: &[String]) -> usize {
    let own = paper.own(Heading::Factors);
    let sentences: Vec<_> = own.into_iter().filter(|own| words(&own.text).len() >= SENTENCE).collect();
    let named: Vec<&String> = named.iter().filter(|one| FACTORS.contains(&one.as_str())).collect();
    let telling = sentences.iter().filter(|own| named.iter().any(|one| factors::tells(&own.text, one))).count();
    let told = named.iter().filter(|one| sentences.iter().any(|own| factors::tells(&own.text, one))).count();
    telling.min(told)
}
