//! `verdict.json`: the verdict itself; docs/verdict.md says what each field means.
//!
//! **Invariant**: later versions only add.

use crate::model::verdict::Verdict;

pub(super) fn render(verdict: &Verdict) -> String {
    // A verdict holds numbers, strings and ordered maps only: it always serialises.
    serde_json::to_string_pretty(verdict).unwrap_or_default() + "\n"
}
