//! A postmortem as it was read: sections, passages and tables, each with its line.
//!
//! **Invariant**: text only; nothing here knows a run or a rubric.

use std::collections::BTreeMap;

use super::{headings::Heading, lang::Lang};

/// What stands around a place that is left for the person.
pub(super) const OPEN: char = '‹';
/// Its other end.
pub(super) const CLOSE: char = '›';

/// Text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// From 1.
    pub line: usize,
    /// Without its markup; code keeps its backticks, a link its address.
    pub text: String,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1.
    pub line: usize,
    /// One for each column.
    pub cells: Vec<String>,
}

impl Row {
    /// A cell; empty where there is none.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", |cell| cell.trim())
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The line of its header.
    pub line: usize,
    /// Names of the columns.
    pub header: Vec<String>,
    /// What is below.
    pub rows: Vec<Row>,
}

impl Table {
    /// The first column whose name begins with one of these.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        self.header.iter().position(|column| names.iter().any(|name| column.trim().to_lowercase().starts_with(name)))
    }
}

/// What stands under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which.
    pub heading: Heading,
    /// The line of the heading.
    pub line: usize,
    /// Paragraphs.
    pub prose: Vec<Passage>,
    /// Items of lists.
    pub items: Vec<Passage>,
    /// Tables.
    pub tables: Vec<Table>,
}

impl Section {
    /// Paragraphs and items.
    pub fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.prose.iter().chain(&self.items)
    }

    /// Everything that is written here, cells of tables too.
    pub fn everything(&self) -> Vec<Passage> {
        let rows = self.tables.iter().flat_map(|table| &table.rows);
        let cells = rows.flat_map(|row| row.cells.iter().map(|text| Passage { line: row.line, text: text.clone() }));
        self.passages().cloned().chain(cells).collect()
    }

    /// The value of `- name: value`, by one of these names.
    pub fn field(&self, names: &[&str]) -> Option<Passage> {
        self.passages().find_map(|passage| {
            let (name, value) = passage.text.split_once(':')?;
            let name = name.trim().trim_matches('`').to_lowercase();
            let known = names.iter().any(|known| name == *known);
            known.then(|| Passage { line: passage.line, text: value.trim().to_owned() })
        })
    }
}

/// A whole postmortem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The language of its headings.
    pub lang: Lang,
    /// Front matter: value and line of each key.
    pub front: BTreeMap<String, (usize, String)>,
    /// Known sections, in the order of the file; one that stands twice is one.
    pub sections: Vec<Section>,
    /// What stands outside of them.
    pub outside: Vec<Passage>,
    /// How many lines it has.
    pub lines: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl Document {
    /// A section.
    pub fn section(&self, heading: Heading) -> Option<&Section> {
        self.sections.iter().find(|section| section.heading == heading)
    }

    /// The line to which a remark about a section is tied: its heading, or the end of the file.
    pub fn line_of(&self, heading: Heading) -> usize {
        self.section(heading).map_or(self.lines, |section| section.line)
    }

    /// A field of the front matter; empty when it is not there.
    pub fn field(&self, key: &str) -> &str {
        self.front.get(key).map_or("", |(_, value)| value.as_str())
    }
}

/// Whether something is left for the person to write: the draft's own marks, or what people put where they mean to come back.
/// Words of a sentence, as in "to fill memory" or «заполнить пул», are none of these.
pub(super) fn is_left_open(text: &str) -> bool {
    const DUMMIES: [&str; 5] = ["tbd", "todo", "???", "lorem ipsum", "xxx"];
    let lower = text.to_lowercase();
    text.contains([OPEN, CLOSE]) || words(&lower).iter().any(|word| DUMMIES.contains(&word.as_str())) || {
        DUMMIES.iter().any(|dummy| dummy.contains([' ', '?']) && lower.contains(dummy))
    }
}

/// Words as they are written, without signs; hyphens, dots, slashes and underscores inside of a word stay.
pub(super) fn spoken(text: &str) -> impl Iterator<Item = &str> {
    let outside = |letter: char| !letter.is_alphanumeric() && !"-_./%".contains(letter);
    text.split(outside).map(|word| word.trim_matches(['-', '_', '.', '/'])).filter(|word| !word.is_empty())
}

/// The same in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    spoken(text).map(str::to_lowercase).collect()
}

/// The same sentence is the same text, however it is set.
pub(super) fn normal(text: &str) -> String {
    words(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_left_open_and_a_word_of_a_sentence_is_not() {
        for open in
            ["‹write: what customers saw›", "‹напишите: что увидели клиенты›", "‹заполнить", "TBD", "to be told???"]
        {
            assert!(is_left_open(open), "{open}");
        }
        for told in [
            "Никто не успел заполнить пул соединений",
            "The queue had no time to fill memory",
            "Заполнить пул за секунду нельзя",
        ] {
            assert!(!is_left_open(told), "{told}");
        }
    }
}
