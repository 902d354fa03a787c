//! Markdown to a [`Document`], by a parser that keeps offsets.
//!
//! **Invariant**: what a reader of the rendered page would not see is refused, with its place: comments, HTML, macros, characters
//! without a shape.

use std::collections::BTreeMap;

use pulldown_cmark::{Options, Parser};
use sha2::{Digest as _, Sha256};

use super::{
    document::{Document, Section, words},
    headings::Heading,
    lang::Lang,
    place::{Place, Problem},
    reader::Reader,
};

/// No postmortem is longer.
const LARGEST: usize = 1 << 20;
/// From so many known headings on it is a postmortem.
const FEWEST_HEADINGS: usize = 3;
/// Of any text in one of our languages, one word in twenty-five at least is one of these.
const USUAL_WORDS: &[&str] = &[
    "the", "and", "of", "to", "with", "for", "is", "that", "it", "no", "и", "в", "не", "на", "с", "что", "по", "к",
    "за", "из", "от", "до", "без", "был", "было",
];

/// Read a file.
pub fn parse(bytes: &[u8]) -> Result<Document, Problem> {
    if bytes.len() > LARGEST {
        return Err(Problem::at_start("it is larger than 1 MiB: a postmortem is text that somebody reads"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        Place::new(&before).problem(before.len(), "it is no text: expected Markdown in UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let place = Place::new(text);
    if let Some((offset, letter)) = text.char_indices().find(|(_, letter)| is_unseen(*letter)) {
        let code = u32::from(letter);
        return Err(place.problem(offset, &format!("a character that nobody sees (U+{code:04X}); take it out")));
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let parser = Parser::new_ext(text, options);
    if let Some((_, hidden)) = parser
        .reference_definitions()
        .iter()
        .find(|(_, one)| one.title.is_some() || one.dest.starts_with('#') || one.dest.is_empty())
    {
        return Err(place.problem(hidden.span.start, "a comment that the rendered page does not show; take it out"));
    }
    let mut reader = Reader::new(&place);
    for (event, range) in parser.into_offset_iter() {
        reader.read(event, range.start)?;
    }
    let digits: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    finish(reader, &place, digits.concat())
}

/// Front matter and headings decide whether it is a postmortem, and in which language.
fn finish(reader: Reader<'_>, place: &Place<'_>, sha256: String) -> Result<Document, Problem> {
    let Some((line, front)) = &reader.front else {
        let why =
            "the front matter is missing: expected `---`, lines such as `run: NAME`, and `---` before anything else";
        return Err(Problem::at_start(why));
    };
    let front = front_matter(*line, front)?;
    if reader.langs.len() < FEWEST_HEADINGS {
        let why = format!(
            "the headings are those of no postmortem in English or in Russian: expected `## {}` or `## {}`, and the others that \
             `droplab postmortem new` writes",
            Heading::Summary.name(Lang::En),
            Heading::Summary.name(Lang::Ru)
        );
        return Err(place.problem(reader.strange.unwrap_or_default(), &why));
    }
    let russian = reader.langs.iter().filter(|lang| **lang == Lang::Ru).count();
    let lang = if russian * 2 > reader.langs.len() { Lang::Ru } else { Lang::En };
    let document =
        Document { lang, front, sections: reader.sections, outside: reader.outside, lines: place.lines(), sha256 };
    foreign(&document).map_or(Ok(document), Err)
}

/// Keys and values, each with its line.
fn front_matter(line: usize, text: &str) -> Result<BTreeMap<String, (usize, String)>, Problem> {
    let read = serde_yaml::from_str::<BTreeMap<String, serde_yaml::Value>>(text);
    let fields = read.map_err(|error| {
        let (at, column) = error.location().map_or((0, 1), |at| (at.line(), at.column()));
        Problem { line: line + at, column, why: format!("the front matter: {error}") }
    })?;
    let line_of = |key: &str| {
        let at = text.lines().position(|one| one.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
        line + 1 + at.unwrap_or_default()
    };
    Ok(fields.into_iter().map(|(key, value)| (key.clone(), (line_of(&key), said(&value)))).collect())
}

fn said(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.trim().to_owned(),
        serde_yaml::Value::Number(number) => number.to_string(),
        serde_yaml::Value::Bool(flag) => flag.to_string(),
        serde_yaml::Value::Sequence(list) => list.iter().map(said).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

/// The first passage whose letters, or most frequent words, are of neither language.
fn foreign(document: &Document) -> Option<Problem> {
    let why = "is written in neither English nor Russian, and cannot be reviewed";
    let wrong = |line| Problem { line, column: 1, why: why.to_owned() };
    let mut all = (1, Vec::new());
    for passage in document.sections.iter().filter(|section| section.tables.is_empty()).flat_map(Section::passages) {
        let letters = passage.text.chars().filter(|letter| letter.is_alphabetic());
        let (known, strange): (Vec<_>, Vec<_>) =
            letters.partition(|letter| letter.is_ascii() || matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё'));
        if strange.len() > known.len() / 4 {
            return Some(wrong(passage.line));
        }
        if all.1.is_empty() {
            all.0 = passage.line;
        }
        all.1.extend(words(&passage.text));
    }
    let usual = all.1.iter().filter(|word| USUAL_WORDS.contains(&word.as_str())).count();
    (all.1.len() >= 60 && usual * 25 < all.1.len()).then(|| wrong(all.0))
}

fn is_unseen(letter: char) -> bool {
    let shapeless = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    shapeless || (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
}
