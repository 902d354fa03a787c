//! One way to read YAML, and errors that say where, what, and what was expected.
//!
//! **Invariant**: every complaint names file, line and column, and a near miss is answered with what was probably meant.

use std::{fmt, path::PathBuf};

use serde::de::DeserializeOwned;

use crate::model::nearest::nearest;

/// A file that is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Which file.
    pub path: PathBuf,
    /// Line and column, from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what was expected.
    pub what: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.what)?;
        self.suggestion.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

impl std::error::Error for Invalid {}

/// Read one document.
pub(super) fn read<T: DeserializeOwned>(path: PathBuf, text: &str) -> Result<T, Invalid> {
    let document = serde_yaml::Deserializer::from_str(text);
    serde_yaml::with::singleton_map_recursive::deserialize(document).map_err(|error| {
        let place = error.location().map_or_else(|| second_document(text), |place| (place.line(), place.column()));
        let place = Some(place);
        let what = without_place(&error.to_string());
        let suggestion = meant(&what);
        Invalid { path, place, what, suggestion }
    })
}

/// Where a second document begins: the one complaint for which the parser knows no place; else where the text ends.
fn second_document(text: &str) -> (usize, usize) {
    let begun = text
        .lines()
        .take_while(|line| line.trim().is_empty() || line.starts_with('#') || line.starts_with("---"))
        .count();
    let second = text.lines().enumerate().skip(begun).find(|(_, line)| line.starts_with("---"));
    (second.map_or(text.lines().count().max(1), |(number, _)| number + 1), 1)
}

/// The place is said once, in front, as editors read it.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(what, _)| what).to_owned()
}

/// The expected word that is closest to the one found, if it is close.
fn meant(what: &str) -> Option<String> {
    let (found, expected) = what.split_once("expected ")?;
    let found = quoted(found).last().cloned()?;
    let expected = quoted(expected);
    nearest(&found, expected.iter().map(String::as_str).filter(|word| *word != found)).map(str::to_owned)
}

/// The words that stand in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_document_is_refused_where_it_begins() {
        let refused = read::<Vec<u8>>(PathBuf::from("a.yaml"), "- 1\n---\n- 2\n").unwrap_err();
        assert_eq!(refused.place, Some((2, 1)), "{refused}");
        assert_eq!(second_document(""), (1, 1));
    }

    #[test]
    fn a_near_miss_is_recognised() {
        assert_eq!(meant("x: unknown field `bellow`, expected `below` or `for`").as_deref(), Some("below"));
        assert_eq!(meant("x: unknown field `colour`, expected `below` or `for`"), None);
        assert_eq!(meant("x: invalid type"), None);
    }
}
