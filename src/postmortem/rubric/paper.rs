//! A postmortem beside its run, as every line of the rubric looks at it.
//!
//! **Invariant**: what is copied or left open is known here once, and counts nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        document::{Document, Passage, Section, is_left_open, normal, words},
        facts::Facts,
        headings::Heading,
        lang::Lang,
        measures::{self, Measure},
        review::{Alert, Line},
        tried::Tried,
    },
    alerts,
    items::{self, Item},
};

/// A sentence of so many words is no chance repetition.
const SHORTEST_COPY: usize = 4;

/// A postmortem and its run.
pub(in super::super) struct Paper<'a> {
    pub(in super::super) document: &'a Document,
    pub(in super::super) facts: &'a Facts<'a>,
    pub(in super::super) lang: Lang,
    pub(in super::super) items: Vec<Item>,
    pub(in super::super) alerts: Vec<Alert>,
    /// Items that were carried out as they stand in the document.
    pub(in super::super) tried: Vec<Tried>,
    /// Sentences that stand more than once.
    copied: BTreeSet<String>,
}

impl<'a> Paper<'a> {
    pub(in super::super) fn of(document: &'a Document, facts: &'a Facts<'a>, tried: &[Tried]) -> Self {
        let lang = document.lang;
        let items = items::of(document);
        let alerts = items.iter().take(items::MOST).filter_map(|item| alerts::played(item, facts, lang)).collect();
        let measures = measures::measures(document).unwrap_or_default();
        let stands = |one: &&Tried| {
            let same = |item: &Measure| item.commands.iter().map(ToString::to_string).eq(one.commands.iter().cloned());
            measures.iter().any(|item| item.id == one.id && same(item))
        };
        let tried = tried.iter().filter(stands).cloned().collect();
        let told = document.sections.iter().filter(|section| !is_filled_in(section.heading));
        let passages: Vec<Passage> = told.flat_map(|section| section.passages().cloned()).collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for sentence in passages.iter().flat_map(|passage| sentences(&passage.text)) {
            *counts.entry(sentence).or_default() += 1;
        }
        let copied = counts.into_iter().filter(|(_, count)| *count > 1).map(|(sentence, _)| sentence).collect();
        Self { document, facts, lang, items, alerts, tried, copied }
    }

    /// Whether a passage is the person's own: neither left open nor copied.
    pub(super) fn is_own(&self, passage: &Passage) -> bool {
        let said = sentences(&passage.text);
        let copied = !said.is_empty() && said.iter().any(|sentence| self.copied.contains(sentence));
        !is_left_open(&passage.text) && !copied && !passage.text.trim().is_empty()
    }

    /// The first passage that says what another one says too.
    pub(super) fn copy(&self) -> Option<&Passage> {
        let passages = self.document.sections.iter().flat_map(Section::passages);
        passages
            .filter(|passage| !is_left_open(&passage.text))
            .find(|passage| sentences(&passage.text).iter().any(|sentence| self.copied.contains(sentence)))
    }

    /// The person's own passages of a section.
    pub(in crate::postmortem) fn own(&self, heading: Heading) -> Vec<&Passage> {
        let passages = self.document.section(heading).into_iter().flat_map(Section::passages);
        passages.filter(|passage| self.is_own(passage)).collect()
    }

    /// The alert of an item.
    pub(super) fn alert(&self, item: &Item) -> Option<&Alert> {
        self.alerts.iter().find(|alert| alert.line == item.line)
    }

    /// What came of an item that was carried out, and helped.
    pub(super) fn helped(&self, item: &Item) -> Option<&Tried> {
        self.tried.iter().find(|tried| tried.id == item.id && tried.helps)
    }

    /// A line of the rubric.
    pub(super) fn line(
        &self,
        id: &str,
        points: u32,
        out_of: u32,
        at: usize,
        en: impl Into<String>,
        ru: impl Into<String>,
    ) -> Line {
        Line { id: id.to_owned(), points: points.min(out_of), out_of, reason: self.lang.pick(en, ru), line: at.max(1) }
    }
}

/// Sections that `new` fills in from the journal.
pub(super) fn is_filled_in(heading: Heading) -> bool {
    matches!(heading, Heading::Impact | Heading::Timeline | Heading::Actions)
}

/// Sentences that are long enough to be no chance.
fn sentences(text: &str) -> Vec<String> {
    let all = text.split(['!', '?', ';']).flat_map(|part| part.split(". ")).map(normal);
    all.filter(|sentence| words(sentence).len() >= SHORTEST_COPY).collect()
}
