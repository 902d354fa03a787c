//! Action items, read from their table.
//!
//! **Invariant**: columns are found by their names; a row of which something is left open is no item.

use super::super::{
    document::{Document, Row, Table, is_left_open, normal},
    headings::Heading,
};

/// Few, or nobody does them.
pub(in super::super) const MOST: usize = 7;
/// Fewer than these cannot prevent, detect and mitigate.
pub(in super::super) const FEWEST: usize = 3;

/// What an item is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Type {
    /// It does not happen again.
    Prevent,
    /// It is seen sooner.
    Detect,
    /// It hurts less.
    Mitigate,
}

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Item {
    pub(in super::super) line: usize,
    pub(in super::super) id: String,
    pub(in super::super) action: String,
    pub(in super::super) kind: Option<Type>,
    pub(in super::super) owner: String,
    pub(in super::super) priority: String,
    pub(in super::super) due: String,
    pub(in super::super) done: String,
    pub(in super::super) check: String,
    /// Another item above says the same.
    pub(in super::super) repeated: bool,
    /// Another item above is done by the same.
    pub(in super::super) done_repeated: bool,
}

impl Item {
    /// Everything that it says about what is done.
    pub(in super::super) fn text(&self) -> String {
        format!("{} {} {}", self.action, self.done, self.check)
    }
}

/// Every item of a postmortem.
pub(in super::super) fn of(document: &Document) -> Vec<Item> {
    let tables = document.section(Heading::Actions).into_iter().flat_map(|section| &section.tables);
    let mut items: Vec<Item> = Vec::new();
    for table in tables {
        for row in &table.rows {
            let open = row.cells.iter().any(|cell| is_left_open(cell));
            let mut item = read(table, row);
            if open || item.action.is_empty() {
                continue;
            }
            item.repeated = items.iter().any(|other| normal(&other.action) == normal(&item.action));
            item.done_repeated = items.iter().any(|other| normal(&other.done) == normal(&item.done));
            items.push(item);
        }
    }
    items
}

fn read(table: &Table, row: &Row) -> Item {
    let cell = |names: &[&str]| row.cell(table.column(names)).to_owned();
    let kind = cell(&["type", "вид", "тип"]).to_lowercase();
    let is = |stems: [&str; 2]| stems.iter().any(|stem| kind.starts_with(stem));
    let kind = match () {
        () if is(["prevent", "предотвр"]) => Some(Type::Prevent),
        () if is(["detect", "обнаруж"]) => Some(Type::Detect),
        () if is(["mitigate", "смягч"]) => Some(Type::Mitigate),
        () => None,
    };
    Item {
        line: row.line,
        id: cell(&["id", "№"]),
        action: cell(&["action", "мера", "действие"]),
        kind,
        owner: cell(&["owner", "ответственн", "владелец"]),
        priority: cell(&["priority", "приоритет"]),
        due: cell(&["due", "срок"]),
        done: cell(&["done", "готово"]),
        check: cell(&["check", "проверка"]),
        repeated: false,
        done_repeated: false,
    }
}
