//! P7, P8 and P9: the cause, what made it possible, and how one led to the other.
//!
//! **Invariant**: words are compared, by the judge's own comparison; a reason says how much is right and never what would be.

use super::{
    super::{
        document::{Passage, is_left_open, normal, words},
        headings::Heading,
        review::Line,
    },
    paper::Paper,
};
use crate::{
    judge::compare,
    model::diagnosis::{Answer, FACTORS, MECHANISMS, TRIGGERS},
};

/// A step that names more words than this is a list, not a step.
const MOST_WORDS: usize = 3;

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

fn named_factors(paper: &Paper) -> Option<(usize, Vec<String>)> {
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
pub(super) fn factors(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Factors);
    let truth = &paper.facts.scenario.diagnosis;
    let (line, mut named) = named_factors(paper).unwrap_or_default();
    named.sort();
    named.dedup();
    let wanted = truth.factors.len().min(2);
    let right = named.iter().filter(|one| truth.factors.contains(one)).count();
    let extras = named.len() - right;
    let (answer, _) = answer(paper);
    let told = paper.own(Heading::Factors);
    let told = told.iter().filter(|passage| words(&passage.text).len() >= 4).count();
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

/// P9.
pub(super) fn chain(paper: &Paper) -> Line {
    let at = paper.document.line_of(Heading::Chain);
    let truth = &paper.facts.scenario.diagnosis;
    let steps: Vec<&Passage> =
        paper.own(Heading::Chain).into_iter().filter(|step| words(&step.text).len() >= 3).collect();
    let names = |step: &Passage, word: &str| {
        words(&step.text).iter().any(|said| said == word) || normal(&step.text).contains(&word.replace('-', " "))
    };
    let vocabulary = || TRIGGERS.iter().chain(MECHANISMS).chain(FACTORS);
    if let Some(list) = steps.iter().find(|step| {
        vocabulary().filter(|word| words(&step.text).iter().any(|said| said == *word)).count() > MOST_WORDS
    }) {
        return paper.line("P9", 0, 5, list.line, "this step lists the vocabulary", "этот шаг перечисляет словарь");
    }
    let first = |word: &str| steps.iter().position(|step| names(step, word));
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

/// Whether a step is about what the customers saw.
fn is_symptom(paper: &Paper, step: &Passage) -> bool {
    let probe = paper.facts.watched().and_then(|condition| condition.probe()).unwrap_or("customers");
    let stems = ["customer", "user", "клиент", "покупател", "пользовател"];
    let said = words(&step.text);
    said.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)) || word == &format!("{probe}.success"))
}
