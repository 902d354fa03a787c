//! Parameters of every fault, as a command line offers them: name, what to write, what it means.
//!
//! **Invariant**: the same names as the fields in `model::fault`; a test reads a fault from each line of this table.

mod table;

pub use table::FAULTS;

/// One parameter of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As in YAML, and after `--`.
    pub name: &'static str,
    /// What to write, in capitals; or the words to choose from, with `|` between them.
    pub value: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Parameter {
    /// Whether it is a number without a unit.
    pub fn is_number(&self) -> bool {
        matches!(self.value, "NUMBER" | "PORT")
    }
}

/// One fault.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// As in YAML.
    pub key: &'static str,
    /// One line.
    pub about: &'static str,
    /// What ends it when droplab dies.
    pub dead_man: &'static str,
    /// In the order in which people think of them.
    pub parameters: &'static [Parameter],
    /// Arguments that a lab in good health accepts.
    pub example: &'static str,
}

/// The manual of one fault.
pub fn of(key: &str) -> Option<&'static Manual> {
    FAULTS.iter().find(|manual| manual.key == key)
}
