//! The lists of words that the rubric reads by, in both languages.
//!
//! **Invariant**: lists only; a list decides nothing about a run.

pub(super) mod blame;
pub(super) mod factors;
pub(super) mod verbs;
