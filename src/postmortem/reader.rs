//! What a Markdown parser tells, put together into sections.
//!
//! **Invariant**: every passage, row and table keeps the line on which it begins; HTML and macros end the reading.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    document::{Passage, Row, Section, Table},
    headings::Heading,
    lang::Lang,
    place::{Place, Problem},
};

/// Where the parser is.
pub(super) struct Reader<'a> {
    place: &'a Place<'a>,
    /// Line and text of the front matter.
    pub(super) front: Option<(usize, String)>,
    within: Within,
    heading: Option<String>,
    items: usize,
    text: String,
    at: Option<usize>,
    link: Vec<String>,
    table: Option<Table>,
    row: Option<Row>,
    pub(super) sections: Vec<Section>,
    pub(super) outside: Vec<Passage>,
    /// What is read belongs to no known section.
    other: bool,
    /// Where the first heading is that is none of ours.
    pub(super) strange: Option<usize>,
    /// The language of each known heading.
    pub(super) langs: Vec<Lang>,
}

/// What text is at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Front,
    Code,
    Text,
}

impl<'a> Reader<'a> {
    pub(super) fn new(place: &'a Place<'a>) -> Self {
        Self {
            place,
            front: None,
            within: Within::Text,
            heading: None,
            items: 0,
            text: String::new(),
            at: None,
            link: Vec::new(),
            table: None,
            row: None,
            sections: Vec::new(),
            outside: Vec::new(),
            other: true,
            strange: None,
            langs: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, event: Event<'_>, offset: usize) -> Result<(), Problem> {
        match event {
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => {
                let why = "HTML or a comment: what it hides or shows nobody can review; write Markdown only";
                return Err(self.place.problem(offset, why));
            }
            Event::Start(Tag::MetadataBlock(_)) => {
                (self.within, self.front) = (Within::Front, Some((self.place.line(offset), String::new())));
            }
            Event::Start(Tag::CodeBlock(_)) => self.within = Within::Code,
            Event::End(TagEnd::MetadataBlock(_) | TagEnd::CodeBlock) => self.within = Within::Text,
            Event::Text(text) if self.within == Within::Front => {
                if let Some((_, front)) = &mut self.front {
                    front.push_str(&text);
                }
            }
            Event::Text(_) if self.within == Within::Code => {}
            Event::Text(text) => {
                if let Some(at) = ["{{", "{%", "<%"].iter().find_map(|sign| text.find(sign)) {
                    return Err(self
                        .place
                        .problem(offset + at, "a macro: it is not filled in here; write what it stands for"));
                }
                self.say(&text, offset);
            }
            Event::Code(code) => self.say(&format!("`{code}`"), offset),
            Event::SoftBreak | Event::HardBreak => self.say(" ", offset),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => self.link.push(dest_url.into()),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some(address) = self.link.pop().filter(|address| !self.text.ends_with(address.as_str())) {
                    self.say(&format!(" {address}"), offset);
                }
            }
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.heading = Some(String::new());
            }
            Event::End(TagEnd::Heading(level)) => self.begin(level as usize, offset),
            Event::Start(Tag::Item) => {
                self.flush();
                self.items += 1;
            }
            Event::End(TagEnd::Item) => {
                self.flush();
                self.items -= 1;
            }
            Event::End(TagEnd::Paragraph) => self.flush(),
            other => self.table(&other, offset),
        }
        Ok(())
    }

    fn table(&mut self, event: &Event<'_>, offset: usize) {
        match event {
            Event::Start(Tag::Table(_)) => {
                self.table = Some(Table { line: self.place.line(offset), ..Table::default() });
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                self.row = Some(Row { line: self.place.line(offset), cells: Vec::new() });
            }
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut self.text);
                self.at = None;
                if let Some(row) = &mut self.row {
                    row.cells.push(cell);
                }
            }
            Event::End(TagEnd::TableHead) => {
                if let (Some(table), Some(row)) = (&mut self.table, self.row.take()) {
                    table.header = row.cells;
                }
            }
            Event::End(TagEnd::TableRow) => {
                if let (Some(table), Some(row)) = (&mut self.table, self.row.take()) {
                    table.rows.push(row);
                }
            }
            Event::End(TagEnd::Table) => {
                let table = self.table.take();
                if let Some(section) = self.open() {
                    section.tables.extend(table);
                }
            }
            _ => {}
        }
    }

    /// A heading is complete: what follows belongs to it, and what stood in front of it does no more.
    fn begin(&mut self, level: usize, offset: usize) {
        let text = self.heading.take().unwrap_or_default();
        let Some((heading, lang)) = Heading::read(&text) else {
            if level <= 2 {
                self.other = true;
            }
            self.strange = self.strange.or(Some(offset));
            return;
        };
        self.langs.push(lang);
        self.other = false;
        let known = self.sections.iter().position(|section| section.heading == heading);
        let line = self.place.line(offset);
        let section = match known {
            Some(index) => self.sections.remove(index),
            None => Section { heading, line, prose: Vec::new(), items: Vec::new(), tables: Vec::new() },
        };
        self.sections.push(section);
    }

    fn say(&mut self, text: &str, offset: usize) {
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        } else {
            self.at.get_or_insert(offset);
            self.text.push_str(text);
        }
    }

    fn open(&mut self) -> Option<&mut Section> {
        self.sections.last_mut().filter(|_| !self.other)
    }

    /// A paragraph, or an item of a list, is complete.
    fn flush(&mut self) {
        let (Some(at), text) = (self.at.take(), std::mem::take(&mut self.text)) else { return };
        let passage = Passage { line: self.place.line(at), text: text.trim().to_owned() };
        let is_item = self.items > 0;
        match self.open() {
            _ if passage.text.is_empty() => {}
            Some(section) if is_item => section.items.push(passage),
            Some(section) => section.prose.push(passage),
            None => self.outside.push(passage),
        }
    }
}
